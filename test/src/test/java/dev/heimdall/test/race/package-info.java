/**
 * Writers and readers race for results that a fleet keeps, while its nodes wait at each step of the
 * protocol, and while single parts of it are taken away. What a read must find is in {@code
 * Ledger}, which steps there are in {@code Wiring}.
 */
package dev.heimdall.test.race;
