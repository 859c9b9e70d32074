/**
 * What Vite adds to the language: imports of styles, text and globs.
 */
/// <reference types="vite/client" />
