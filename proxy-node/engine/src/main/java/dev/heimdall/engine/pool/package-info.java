/**
 * Acquire and release of server connections: limits per virtual database, user and database, one
 * FIFO of waiters per event loop and pool, idle connections per loop first. It knows no statements
 * and no clients beyond the waiter they show.
 */
package dev.heimdall.engine.pool;
