/**
 * What KafkaJS's client code takes for its `Broker` (kafkajs/src/broker/index.js): the same requests, answered by the
 * simulated cluster. Errors are thrown as KafkaJS's decoders throw them.
 */
import kafkajs from 'kafkajs'
import {
  alterConfigs,
  type CreateTopicsRequest,
  createPartitions,
  createTopics,
  deleteGroups,
  deleteRecords,
  deleteTopics,
  describeConfigs,
  describeGroups,
  listGroups,
} from './administration.ts'
import type { Broker } from './broker.ts'
import { type Address, type ClientLink, connectionRefused } from './client-link.ts'
import { type Api, Connection, type Site } from './connection.ts'
import type { FetchRequest, FetchResponse } from './fetches.ts'
import type { JoinResponse, SyncResponse } from './group.ts'
import type { CommitRequest, JoinRequest, SyncRequest } from './group-coordinator.ts'
import {
  type ClusterMetadata,
  describeMetadata,
  fetchOffsets,
  type ListOffsetsRequest,
  type ListOffsetsResponse,
  listOffsets,
  requirePartitions,
} from './metadata.ts'
import type { OffsetsRequest } from './offsets.ts'
import { type ProduceRequest, type ProduceResponse, SEND_FAULTS } from './produce.ts'
import { notSupported } from './protocol-errors.ts'
import type { ProducerIdentity } from './transaction-coordinator.ts'

/** Where a node is; the name is KafkaJS's. */
export interface ConnectionPool extends Address {
  readonly rack: string | null
}

export interface Coordinator extends Address {
  readonly nodeId: number
}

const COMMIT_FAULTS = ['ack-lost', 'hold'] as const

/** The versions KafkaJS 2.2.4 agrees on with a current Kafka; they show in its instrumentation events. */
const api = (apiName: string, apiKey: number, apiVersion: number): Api => ({ apiName, apiKey, apiVersion })
const PRODUCE = api('Produce', 0, 7)
const FETCH = api('Fetch', 1, 11)
const LIST_OFFSETS = api('ListOffsets', 2, 3)
const OFFSET_COMMIT = api('OffsetCommit', 8, 5)
const OFFSET_FETCH = api('OffsetFetch', 9, 4)
const JOIN_GROUP = api('JoinGroup', 11, 5)
const HEARTBEAT = api('Heartbeat', 12, 3)
const LEAVE_GROUP = api('LeaveGroup', 13, 3)
const SYNC_GROUP = api('SyncGroup', 14, 3)
const DESCRIBE_GROUPS = api('DescribeGroups', 15, 2)
const LIST_GROUPS = api('ListGroups', 16, 2)
const CREATE_TOPICS = api('CreateTopics', 19, 3)
const DELETE_TOPICS = api('DeleteTopics', 20, 1)
const DELETE_RECORDS = api('DeleteRecords', 21, 1)
const INIT_PRODUCER_ID = api('InitProducerId', 22, 1)
const ADD_PARTITIONS_TO_TXN = api('AddPartitionsToTxn', 24, 1)
const ADD_OFFSETS_TO_TXN = api('AddOffsetsToTxn', 25, 1)
const END_TXN = api('EndTxn', 26, 1)
const TXN_OFFSET_COMMIT = api('TxnOffsetCommit', 28, 1)
const DESCRIBE_CONFIGS = api('DescribeConfigs', 32, 2)
const ALTER_CONFIGS = api('AlterConfigs', 33, 1)
const CREATE_PARTITIONS = api('CreatePartitions', 37, 1)
const DELETE_GROUPS = api('DeleteGroups', 42, 1)

export class ClientBroker {
  readonly versions = {}
  readonly connectionPool: ConnectionPool
  nodeId: number
  /** KafkaJS has two connections to each node, so that a long poll does not hold up anything else. */
  readonly #requests: Connection
  #longPolls: Connection | undefined

  constructor(
    readonly broker: Broker,
    readonly link: ClientLink,
    pool: ConnectionPool,
    nodeId: number,
  ) {
    this.connectionPool = pool
    this.nodeId = nodeId
    this.#requests = new Connection(broker.runtime, link, pool)
  }

  isConnected(): boolean {
    return this.#requests.connected || this.#longPolls?.connected === true
  }

  /** @throws KafkaJSConnectionError */
  connect(): void {
    this.#requests.connect()
    this.broker.links.add(this.link)
    this.broker.connections.add(this.#requests)
    if (this.#longPolls !== undefined) this.broker.connections.add(this.#longPolls)
  }

  async disconnect(): Promise<void> {
    const longPolls = this.#longPolls
    await Promise.all([this.#requests.disconnect(), longPolls?.disconnect()])
    this.broker.connections.delete(this.#requests)
    if (longPolls !== undefined) this.broker.connections.delete(longPolls)
    for (const { link } of this.broker.connections) if (link === this.link) return
    this.broker.links.delete(this.link)
  }

  /** Answered without a step of its own: a real client asks seldom, and nothing interesting depends on when. */
  metadata(topics: readonly string[] = []): ClusterMetadata {
    this.#requireReachable()
    return describeMetadata(this.broker, topics, this.link.options.allowAutoTopicCreation)
  }

  findGroupCoordinator({ groupId }: { groupId: string }): Coordinator {
    this.#requireReachable()
    const nodeId = this.broker.coordinatorOf(groupId)
    return { nodeId, ...this.broker.address(nodeId) }
  }

  // --- messages ---------------------------------------------------------------------------------------------------

  async produce(request: ProduceRequest): Promise<ProduceResponse | undefined> {
    refuseUnknownCodec(request.compression)
    const { produce } = this.broker
    const batches = produce.encode(request)
    const { processName } = this.link
    const site: Site = {
      operation: 'send',
      subject: batches[0]?.messages[0]?.label ?? '',
      kinds: SEND_FAULTS,
    }
    const response = this.#requests.request<ProduceResponse>(
      PRODUCE,
      (reply, strike) => reply.resolve(produce.apply(request, batches, processName, strike)),
      site,
    )
    if (request.acks !== 0) return response
    // Nobody waits for an answer, so nobody hears of a failure either.
    response.catch(() => {})
    return undefined
  }

  fetch(request: FetchRequest): Promise<FetchResponse> {
    if (this.#longPolls === undefined) {
      // Only consumers need it.
      this.#longPolls = new Connection(this.broker.runtime, this.link, this.connectionPool)
      this.broker.connections.add(this.#longPolls)
    }
    this.broker.links.add(this.link)
    return this.#longPolls.request(FETCH, reply => this.broker.fetches.handle(this.link, request, reply))
  }

  listOffsets(request: ListOffsetsRequest): Promise<ListOffsetsResponse> {
    return this.#ask(LIST_OFFSETS, () => listOffsets(this.broker, request))
  }

  // --- groups -----------------------------------------------------------------------------------------------------

  joinGroup(request: JoinRequest): Promise<JoinResponse> {
    return this.#requests.request(JOIN_GROUP, reply => this.broker.groups.join(this.link, request, reply))
  }

  syncGroup(request: SyncRequest): Promise<SyncResponse> {
    return this.#requests.request(SYNC_GROUP, reply => this.broker.groups.sync(request, reply))
  }

  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<object> {
    const { groupId, groupGenerationId, memberId } = request
    return this.#ask(HEARTBEAT, () => {
      this.broker.groups.heartbeat(groupId, memberId, groupGenerationId)
      return OK
    })
  }

  leaveGroup({ groupId, memberId }: { groupId: string; memberId: string }): Promise<object> {
    return this.#ask(LEAVE_GROUP, () => {
      this.broker.groups.leave(groupId, memberId)
      return OK
    })
  }

  offsetCommit(request: CommitRequest): Promise<object> {
    const first = request.topics[0]
    const { partition, offset } = first?.partitions[0] ?? { partition: 0, offset: '' }
    const subject = `${first?.topic ?? ''}/${partition}@${String(offset)}`
    const commit = () => {
      requirePartitions(this.broker, request.topics)
      this.broker.groups.commit(request)
      return { throttleTime: 0, clientSideThrottleTime: 0, responses: [] }
    }
    return this.#ask(OFFSET_COMMIT, commit, { operation: 'commit-offsets', subject, kinds: COMMIT_FAULTS })
  }

  offsetFetch(request: {
    groupId: string
    topics: { topic: string; partitions: { partition: number }[] }[]
  }): Promise<object> {
    return this.#ask(OFFSET_FETCH, () => fetchOffsets(this.broker, request.groupId, request.topics))
  }

  describeGroups({ groupIds }: { groupIds: string[] }): Promise<object> {
    return this.#ask(DESCRIBE_GROUPS, () => describeGroups(this.broker, groupIds))
  }

  listGroups(): Promise<object> {
    return this.#ask(LIST_GROUPS, () => listGroups(this.broker, this.nodeId))
  }

  deleteGroups(groupIds: string[]): Promise<object> {
    return this.#ask(DELETE_GROUPS, () => deleteGroups(this.broker, groupIds))
  }

  // --- transactions -----------------------------------------------------------------------------------------------

  initProducerId(request: { transactionalId?: string; transactionTimeout: number }): Promise<object> {
    return this.#ask(INIT_PRODUCER_ID, () => ({
      ...OK,
      ...this.broker.transactions.init(request.transactionalId, request.transactionTimeout),
    }))
  }

  addPartitionsToTxn(
    request: ProducerIdentity & { topics: { topic: string; partitions: number[] }[] },
  ): Promise<object> {
    return this.#ask(ADD_PARTITIONS_TO_TXN, () => {
      this.broker.transactions.addPartitions(request, request.topics)
      return OK
    })
  }

  addOffsetsToTxn(request: ProducerIdentity & { groupId: string }): Promise<object> {
    return this.#ask(ADD_OFFSETS_TO_TXN, () => {
      this.broker.transactions.addOffsets(request)
      return OK
    })
  }

  txnOffsetCommit(
    request: ProducerIdentity & { groupId: string; topics: OffsetsRequest[] },
  ): Promise<object> {
    return this.#ask(TXN_OFFSET_COMMIT, () => {
      requirePartitions(this.broker, request.topics)
      this.broker.transactions.commitOffsets(request, request.groupId, request.topics)
      return OK
    })
  }

  endTxn(request: ProducerIdentity & { transactionResult: boolean }): Promise<object> {
    const end = () => {
      this.broker.transactions.end(request, request.transactionResult ? 'commit' : 'abort')
      return OK
    }
    const subject = request.transactionalId ?? ''
    return this.#ask(END_TXN, end, { operation: 'end-transaction', subject, kinds: COMMIT_FAULTS })
  }

  // --- administration ---------------------------------------------------------------------------------------------

  createTopics(request: CreateTopicsRequest): Promise<object> {
    return this.#ask(CREATE_TOPICS, () => createTopics(this.broker, request))
  }

  deleteTopics({ topics }: { topics: string[] }): Promise<object> {
    return this.#ask(DELETE_TOPICS, () => deleteTopics(this.broker, topics))
  }

  createPartitions(request: {
    topicPartitions: { topic: string; count: number }[]
    validateOnly?: boolean
  }): Promise<object> {
    const { topicPartitions, validateOnly = false } = request
    return this.#ask(CREATE_PARTITIONS, () => createPartitions(this.broker, topicPartitions, validateOnly))
  }

  deleteRecords(request: {
    topics: { topic: string; partitions: { partition: number; offset: string }[] }[]
  }): Promise<object> {
    return this.#ask(DELETE_RECORDS, () => deleteRecords(this.broker, request.topics))
  }

  describeConfigs(request: {
    resources: { type: number; name: string; configNames?: string[] }[]
  }): Promise<object> {
    return this.#ask(DESCRIBE_CONFIGS, () => describeConfigs(this.broker, request.resources))
  }

  alterConfigs(request: {
    resources: { type: number; name: string; configEntries: { name: string; value: string }[] }[]
    validateOnly?: boolean
  }): Promise<object> {
    const { resources, validateOnly = false } = request
    return this.#ask(ALTER_CONFIGS, () => alterConfigs(this.broker, resources, validateOnly))
  }

  async createAcls(): Promise<never> {
    throw notSupported('access control lists')
  }

  async describeAcls(): Promise<never> {
    throw notSupported('access control lists')
  }

  async deleteAcls(): Promise<never> {
    throw notSupported('access control lists')
  }

  async alterPartitionReassignments(): Promise<never> {
    throw notSupported('partition reassignments')
  }

  async listPartitionReassignments(): Promise<never> {
    throw notSupported('partition reassignments')
  }

  #ask<T>(of: Api, answer: () => T, site?: Site): Promise<T> {
    return this.#requests.request<T>(of, reply => reply.resolve(answer()), site)
  }

  #requireReachable(): void {
    if (!this.link.reachable) throw connectionRefused(this.connectionPool)
  }
}

const OK = { throttleTime: 0, clientSideThrottleTime: 0, errorCode: 0 }

/** Nothing is encoded here, so nothing is compressed; a codec KafkaJS does not have fails as it does there. */
function refuseUnknownCodec(compression: number | undefined): void {
  const { None, GZIP } = kafkajs.CompressionTypes
  if (compression === undefined || compression === None || compression === GZIP) return
  const codecs = kafkajs.CompressionCodecs as Record<number, (() => unknown) | undefined>
  codecs[compression]?.()
}
