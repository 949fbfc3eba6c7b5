/**
 * What the manager goes by when it asks something of others over HTTP. What it asks them is told
 * where that belongs.
 */
package dev.heimdall.manager.outside;
