/**
 * Reports of the node about itself to managers, section by section, on threads of its own, and the
 * managers' answers. Serving never waits for any of it, and no section's content is known here.
 */
package dev.heimdall.engine.report;
