/**
 * The page's frame: its places along the top, the chosen one below, loaded when it is first opened.
 */
import {
  ActionIcon,
  AppShell,
  Center,
  Group,
  Loader,
  Text,
  Tooltip,
  useMantineColorScheme,
} from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconContrast, IconMoon, IconPresentation, IconSun } from '@tabler/icons-react'
import { lazy, Suspense } from 'react'
import classes from './app.module.css'
import { ErrorBoundary } from './error-boundary.tsx'
import { useLectureMode } from './lecture-mode.ts'
import { usePlace } from './location.ts'

const PLACES = [
  { path: '/learn', name: 'Learn', Page: lazy(() => import('../learn/learn-page.tsx')) },
  { path: '/lab', name: 'Lab', Page: lazy(() => import('../lab/lab-page.tsx')) },
  { path: '/table', name: 'Table', Page: lazy(() => import('../table/table-page.tsx')) },
  { path: '/lecture', name: 'Lecture', Page: lazy(() => import('../lecture/lecture-page.tsx')) },
  { path: '/docs', name: 'Docs', Page: lazy(() => import('../docs/docs-page.tsx')) },
] as const

export function App() {
  const { path } = usePlace()
  const chosen = PLACES.find(place => path === place.path || path.startsWith(`${place.path}/`)) ?? PLACES[0]
  const { isLecture, toggleLecture } = useLectureMode()
  useHotkeys(PLACES.map((place, index) => [`alt+${index + 1}`, () => (location.hash = `#${place.path}`)]))

  return (
    <AppShell header={{ height: 52 }} padding={0} data-lecture={isLecture || undefined}>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="lg" wrap="nowrap">
            <Text component="a" href="#/learn" className={classes.brand}>
              Out of Order
            </Text>
            <nav aria-label="Places">
              <Group gap={4} wrap="nowrap">
                {PLACES.map(({ path: to, name }) => (
                  <a
                    key={to}
                    href={`#${to}`}
                    className={classes.place}
                    aria-current={to === chosen.path ? 'page' : undefined}
                  >
                    {name}
                  </a>
                ))}
              </Group>
            </nav>
          </Group>
          <Group gap={4} wrap="nowrap">
            <Tooltip label="Large type and high contrast (Alt+L)">
              <ActionIcon
                variant={isLecture ? 'filled' : 'subtle'}
                onClick={toggleLecture}
                aria-label="Lecture type"
                aria-pressed={isLecture}
              >
                <IconPresentation size={18} />
              </ActionIcon>
            </Tooltip>
            <SchemeButton />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Main>
        <ErrorBoundary key={path}>
          <Suspense fallback={<Waiting />}>
            <chosen.Page />
          </Suspense>
        </ErrorBoundary>
      </AppShell.Main>
    </AppShell>
  )
}

function Waiting() {
  return (
    <Center mih="60vh">
      <Loader aria-label="Loading" />
    </Center>
  )
}

const NEXT_SCHEME = { auto: 'light', light: 'dark', dark: 'auto' } as const
const SCHEME_ICON = { auto: IconContrast, light: IconSun, dark: IconMoon } as const

function SchemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const Icon = SCHEME_ICON[colorScheme]
  const next = NEXT_SCHEME[colorScheme]
  return (
    <Tooltip label={`Colours: ${colorScheme === 'auto' ? 'as the system' : colorScheme}; change to ${next}`}>
      <ActionIcon
        variant="subtle"
        onClick={() => setColorScheme(next)}
        aria-label={`Colours: ${colorScheme}`}
      >
        <Icon size={18} />
      </ActionIcon>
    </Tooltip>
  )
}
