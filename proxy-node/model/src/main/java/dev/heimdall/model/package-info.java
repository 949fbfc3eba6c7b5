/**
 * The configuration as the user writes it: one immutable record for each feature, the strict reader
 * of a directory of JSON documents, and the schema and tables generated from the same descriptions.
 * Nothing here opens a socket, keeps state or knows how a setting is carried out.
 */
package dev.heimdall.model;
