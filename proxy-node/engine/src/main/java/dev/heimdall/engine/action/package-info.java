/**
 * What rule actions do besides the statement itself, away from the event loops: statements carried
 * out later, triggers, plans, learnt patterns. Everything is bounded, everything that waits does so
 * on threads of this room's own, and neither sessions nor the wire are known here.
 */
package dev.heimdall.engine.action;
