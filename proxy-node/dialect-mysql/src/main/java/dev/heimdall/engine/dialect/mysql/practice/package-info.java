/** Clients and servers of MySQL's protocol for a node that practises. */
package dev.heimdall.engine.dialect.mysql.practice;
