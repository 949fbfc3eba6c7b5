/**
 * A TDS server for tests: stands for SQL Server where none can be installed. The codec is written
 * from MS-TDS and shares nothing with the node's; sessions and T-SQL's control flow are its own,
 * statements run in an H2 database in memory. {@code test/tds/README.md} has its limits.
 */
package dev.heimdall.test.tds;
