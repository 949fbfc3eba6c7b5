/**
 * Turns a text into what it says by itself, by its tokens alone. No statement is run, no catalogue
 * asked, and no event loop waits in here.
 */
package dev.heimdall.engine.parse;
