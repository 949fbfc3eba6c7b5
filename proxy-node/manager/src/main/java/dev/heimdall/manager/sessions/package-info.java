/**
 * Knowledge of browsers' sessions among managers that share a place: the key that seals the data in
 * browsers, and the sessions that have ended before their time. Whose they are is told in {@code
 * pages}.
 */
package dev.heimdall.manager.sessions;
