/**
 * Rules for HTTP requests of the manager to others. What it asks them is told where that belongs.
 */
package dev.heimdall.manager.outside;
