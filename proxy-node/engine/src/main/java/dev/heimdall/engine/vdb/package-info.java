/**
 * One virtual database at run time: its settings of the moment, its pools, what its log-ins go by
 * and what is known of its definitions. Knows neither sessions nor statements.
 */
package dev.heimdall.engine.vdb;
