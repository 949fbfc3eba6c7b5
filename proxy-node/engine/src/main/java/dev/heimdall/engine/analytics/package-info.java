/**
 * Counts of statements by their pattern: how often they come, how long they take, and why they are
 * not cached or not sent to replicas. Event loops count, each for itself and without locks; the
 * part that shows it adds up what they have.
 */
package dev.heimdall.engine.analytics;
