/**
 * Responders: answers to a request in the place of a server, in the order of {@code AnswerOrder};
 * the same for all dialects.
 */
package dev.heimdall.engine.session.answer;
