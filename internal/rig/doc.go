// Package rig runs the program as it runs in the world, for the benchmarks and the
// fault rig: as a process of its own, on a real PostgreSQL and Redis with their
// defaults of durability, against a Telegram in this process.
//
// Servers are shared by all that a run does. Each experiment has an Office on them: a
// schema of its own, its own simulated Telegram, its staff and a source. A Program is
// one instance of the bot for an office; it can be killed, stopped, suspended and started
// again. A Proxy stands between the program and a server, and makes their connection bad.
package rig
