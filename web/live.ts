/** Keeps a page's picture the newest there is: by socket, and by asking every few seconds where there is no socket. */

import { io } from 'socket.io-client'
import { get, HttpError } from './http'

/** What a screen shows, whole. Without `body` it is a sign of life: what I show is right if `hash` is mine. */
export interface Picture<Body> {
  rev: number
  at: string
  hash: string
  build: string
  body?: Body
  orders?: string[]
}

/** live: pushed · polling: asked for every 5 s · away: the server cannot be reached. */
export type Link = 'live' | 'polling' | 'away'

export interface Watch<Body> {
  face: 'console' | 'kiosk'
  /** The GET door of the same picture. */
  url: string
  /** Of a console, whose pictures hold words; to change it, watch anew. */
  language?: string
  show: (body: Body, picture: Picture<Body>) => void
  /** `heard` is when the server last gave a sign of life, by this machine's clock. */
  link?: (link: Link, heard: Date | null) => void
  order?: (order: string) => void
  /** The server runs another build than the page: reload when nobody is in the middle of something. */
  rebuilt?: () => void
  /** The server no longer knows me (401 or 403): signed out, or the device was revoked. */
  refused?: (error: HttpError) => void
}

export interface Watching {
  /** Asks for the picture now. */
  refresh: () => Promise<void>
  stop: () => void
}

const EVERY = 5_000
const PAUSE = 1_000

export function watch<Body>(options: Watch<Body>): Watching {
  let newest: Picture<Body> | null = null
  let heard: Date | null = null
  let link: Link | null = null
  let asking: Promise<void> | null = null
  let stopped = false

  const socket = io({ path: '/live', transports: ['websocket'], reconnectionDelayMax: EVERY })
  socket.on('connect', () => socket.emit('watch', { face: options.face, language: options.language }))
  socket.on('picture', (picture: Picture<Body>) => {
    tell('live')
    take(picture)
  })
  socket.on('disconnect', (reason) => {
    void refresh()
    // Hung up by the server, a locked desk for one: Socket.IO does not try again by itself.
    if (reason === 'io server disconnect') setTimeout(() => stopped || socket.connect(), EVERY)
  })
  const timer = setInterval(() => {
    if (!socket.connected) void refresh()
  }, EVERY)
  void refresh()

  function tell(now: Link): void {
    if (now !== 'away') heard = new Date()
    const changed = now !== link
    link = now
    if (changed || now !== 'away') options.link?.(now, heard)
  }

  function take(picture: Picture<Body>): void {
    picture.orders?.forEach((order) => options.order?.(order))
    if (newest && newest.build !== picture.build) options.rebuilt?.()
    if (picture.body === undefined) {
      if (newest?.hash !== picture.hash) setTimeout(() => void refresh(), Math.random() * PAUSE)
      return
    }
    if (newest && !isNewer(picture, newest)) return
    newest = picture
    options.show(picture.body, picture)
  }

  function refresh(): Promise<void> {
    asking ??= ask().finally(() => (asking = null))
    return asking
  }

  async function ask(): Promise<void> {
    if (stopped) return
    try {
      const picture = await get<Picture<Body>>(options.url)
      if (stopped) return
      tell(socket.connected ? 'live' : 'polling')
      take(picture)
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      if (stopped) return
      if (error.status === 401 || error.status === 403) options.refused?.(error)
      else tell(socket.connected ? 'live' : 'away')
    }
  }

  function stop(): void {
    stopped = true
    clearInterval(timer)
    socket.disconnect()
  }

  return { refresh, stop }
}

/** The newer (rev, at) wins; lost or reordered messages heal. */
function isNewer<Body>(one: Picture<Body>, other: Picture<Body>): boolean {
  return one.rev > other.rev || (one.rev === other.rev && Date.parse(one.at) > Date.parse(other.at))
}
