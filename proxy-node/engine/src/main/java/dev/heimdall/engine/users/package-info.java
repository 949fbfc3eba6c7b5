/**
 * Users who have no document, as the database itself knows them: queried over JDBC on threads of
 * its own, and kept for a bounded time. What they have to prove is not decided here, and nothing
 * here runs on an event loop but what is known already.
 */
package dev.heimdall.engine.users;
