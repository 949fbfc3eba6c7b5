/** Answers of the node's own to SQL Server's clients, and what is agreed with each. */
package dev.heimdall.engine.dialect.sqlserver.answer;
