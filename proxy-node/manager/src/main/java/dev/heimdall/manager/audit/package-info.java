/**
 * Actions with their author, time and origin: kept in a place that several managers share, and
 * logged. What was done is named and never shown, as it may be a secret.
 */
package dev.heimdall.manager.audit;
