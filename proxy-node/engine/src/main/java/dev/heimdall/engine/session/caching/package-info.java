/**
 * One session's part in the cache ({@code CachedReads}): which of its statements may be answered
 * from it, and which answers are put there as they pass the reply gate. What a statement's values
 * are and what its answer looks like is its dialect's ({@code AnswerRecorder}).
 */
package dev.heimdall.engine.session.caching;
