/**
 * One statement on its way: what it is and does, what rules decided of it, how long they keep it
 * back, and what is known of those that were sent and not answered. Knows no protocol.
 */
package dev.heimdall.engine.session.statement;
