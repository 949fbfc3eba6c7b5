/**
 * What the node reports of itself to managers, section by section, on threads of its own, and what
 * managers answer. Serving never waits for any of it, and no section's content is known here.
 */
package dev.heimdall.engine.report;
