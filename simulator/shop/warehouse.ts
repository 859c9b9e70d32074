/**
 * The warehouse: goods on the shelf and units sold by week, kept by the service of exercise 12. Its consumer group is called
 * `inventory`, which in this shop is another service.
 */
import type { Service } from '#simulator/service.ts'
import { inventory } from '#work/12-idempotent-consumer/inventory.ts'

export const warehouse: Service = host => {
  const { kafka } = host
  return inventory({
    ...host,
    kafka: {
      producer: config => kafka.producer(config),
      consumer: config => kafka.consumer({ ...config, groupId: 'warehouse' }),
      admin: config => kafka.admin(config),
    },
  })
}
