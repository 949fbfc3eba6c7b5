/**
 * A PostgreSQL primary with streaming replicas as ordinary processes of this machine, for the demo
 * and for tests. Nothing of the proxy node lives here, and nothing here is used in production.
 */
package dev.heimdall.launcher.postgres;
