/**
 * The wizard: from nothing to a virtual database that answers. It asks for a database, tests it as
 * nodes would use it, writes the documents, and says how to connect; what is typed stays on the
 * server until then.
 */
package dev.heimdall.manager.wizard;
