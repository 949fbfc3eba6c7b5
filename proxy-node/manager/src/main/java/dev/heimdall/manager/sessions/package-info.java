/**
 * What managers that share a place know of browsers' sessions: the key that seals what browsers
 * keep, and which sessions have ended before their time. Whose they are is told in {@code pages}.
 */
package dev.heimdall.manager.sessions;
