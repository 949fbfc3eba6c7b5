/**
 * Turns a text into what it says by itself, with the help of a parser library that nobody else
 * knows and of a second reading that must agree. No statement is run, no catalogue asked, and no
 * event loop waits in here.
 */
package dev.heimdall.engine.parse;
