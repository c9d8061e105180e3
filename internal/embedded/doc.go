// Package embedded runs a private PostgreSQL and a private Redis as children of this process: for the
// demo, for a small office with one machine, and for the tests.
//
// # What a directory holds
//
//	postgres/       the cluster
//	redis/          the append-only files
//	run/            both sockets, mode 0700; in the temporary directory when the path would be too long
//	postgres.lock   flock, with the holder's process ID in it (redis.lock likewise)
//	postgres.log    what the server printed; no statements, no values (redis.log likewise)
//
// Neither server listens on a port. PostgreSQL asks the kernel who is at the other end of the socket
// (peer authentication) and lets in the user of this process and the one it runs as itself.
//
// # Who the servers run as
//
// PostgreSQL refuses to run as root. Started by root, both servers run as the owner of the directory's
// data, for new data as the user "postgres" if there is one, else as "nobody". Started by anyone else
// they run as that user.
//
// # Life and death
//
// The servers live as long as this process. Stop ends them in order. A server that dies by itself is
// started again. When this process is killed, the kernel signals the servers for it (PR_SET_PDEATHSIG),
// and they shut down in order, too.
//
// That signal is tied to the operating system's thread that forked the child, not to the process, and Go
// ends threads as it sees fit. Each server is therefore started and waited for by one goroutine that is
// locked to its thread for as long as the server runs (see process.run).
//
// Where the kernel has no such signal, and in the moment that an orderly shutdown takes, a server can
// outlive its parent. The next start finds it by its PID file, checks that it is this directory's
// (a PID may have been given to another process since), stops it and waits for its end.
package embedded
