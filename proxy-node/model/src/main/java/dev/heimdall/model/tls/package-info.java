/**
 * Content of the PEM files that configurations name, for any code that makes TLS of them. Messages
 * about a file are for the reader to make, who knows the setting that names it.
 */
package dev.heimdall.model.tls;
