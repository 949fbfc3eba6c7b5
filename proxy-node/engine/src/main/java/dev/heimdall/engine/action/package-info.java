/**
 * Rule actions besides the statement itself, away from the event loops: deferred statements,
 * triggers, plans, learnt patterns. Everything is bounded, everything that waits does so on threads
 * of this room's own, and neither sessions nor the wire are known here.
 */
package dev.heimdall.engine.action;
