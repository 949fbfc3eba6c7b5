/**
 * The manager's own documents, which no node reads: where they are, one that several managers
 * change, and logs that they append to. What the documents say is for others to know.
 */
package dev.heimdall.manager.store;
