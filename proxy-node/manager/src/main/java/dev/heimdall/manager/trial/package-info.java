/**
 * What rules would do with a statement: the question, the answer, and the bounds of asking. Who
 * knows the engine answers; nothing here does.
 */
package dev.heimdall.manager.trial;
