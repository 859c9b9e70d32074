/**
 * `shop`: the order flow for real: HTTP, files and the wall clock, on the embedded broker or a real one.
 */
import type { Command } from 'commander'
import type { ShopOptions } from './live-shop.ts'

const DEFAULT_STATE = '.data'

export function addShopCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('shop')
    .description('the order flow for real: HTTP API and services, in one process or several')
    .argument(
      '[services...]',
      'which of them; all when none is named. inventory-2 is a second instance of inventory',
    )
    .option('--broker <host:port>', 'a real Kafka broker; without it the embedded one')
    .option('--port <number>', 'where the gateway listens, on 127.0.0.1 (default: 8080)')
    .option(
      '--state <folder>',
      `databases and addresses (default: ${DEFAULT_STATE}/embedded or ${DEFAULT_STATE}/broker)`,
    )
    .option('--fresh', 'begin anew: deletes what is kept there, and the topics on the broker')
    .option('--log <format>', 'text, json or none (default: text in a terminal, json elsewhere)')
    .option('--fault <fault>', 'played at this end of the wire; may be repeated', collect, [])
    .action(async (names: string[], options: ShopOptions) => {
      // Only here: the services are answers to exercises, and other commands have to do without them.
      const { runLiveShop } = await import('./live-shop.ts')
      await runLiveShop(names, options)
      setExitCode(0)
    })
}

function collect(value: string, values: string[]): string[] {
  return [...values, value]
}
