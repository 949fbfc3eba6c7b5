/** Clients and servers of PostgreSQL's protocol for a node that practises. */
package dev.heimdall.engine.dialect.postgres.practice;
