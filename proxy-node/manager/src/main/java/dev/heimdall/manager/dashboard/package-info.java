/**
 * Activity of nodes: rates and response times from their reports, of the last hour and the last
 * day, as JSON and as a page. It keeps no report, and nothing of it outlives the process.
 */
package dev.heimdall.manager.dashboard;
