/**
 * Effect of rules on a statement: the question, the answer, and the bounds of such queries. Who
 * knows the engine answers; nothing here does.
 */
package dev.heimdall.manager.trial;
