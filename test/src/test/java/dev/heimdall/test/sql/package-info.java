/**
 * What the product says of statements, judged over public corpora by a real PostgreSQL. Nothing in
 * here goes through a node.
 */
package dev.heimdall.test.sql;
