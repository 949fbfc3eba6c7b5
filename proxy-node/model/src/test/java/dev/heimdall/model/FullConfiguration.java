package dev.heimdall.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** A right configuration in which every setting is written, and different from its default. */
public final class FullConfiguration {
  public static final Map<String, String> DOCUMENTS = new TreeMap<>();

  static {
    DOCUMENTS.put(
        "node.json",
        """
        {
          "$schema": "../schema/node.schema.json",
          "id": 7,
          "loops": 2,
          "transport": "io_uring",
          "http": {"address": "::1", "port": 0, "enabled": false},
          "adminDatabase": "admin",
          "pgbouncerDatabase": "bouncer",
          "peers": [{"id": 8, "host": "node8.example", "port": 5432,
            "mysqlPort": 3306, "tls": {"mode": "verify-full", "caFile": "tls/ca.pem"}}],
          "peerNetworks": ["10.0.0.0/30"],
          "fleetKey": "fedcba9876543210fedcba9876543210",
          "manager": {
            "urls": ["https://manager.example:8087", "http://127.0.0.1:8087"],
            "key": "89abcdef0123456789abcdef01234567",
            "instances": 2,
            "every": "5s",
            "caFile": "tls/ca.pem"
          },
          "drainTimeout": "0",
           "drainNotice": "20s",
           "warmUp": "3s",
          "loginTimeout": "500ms",
          "failedLogIns": {"free": 3, "maxDelay": "4s"},
          "ldap": {
            "servers": ["ldaps://a.example", "ldap://[::1]:1389"],
            "startTls": false,
            "caFile": "tls/ca.pem",
            "userDn": "{user}@example.com",
            "bindDn": "cn=heimdall,dc=example,dc=com",
            "bindPassword": "hunter2",
            "searchBase": "ou=people,dc=example,dc=com",
            "searchFilter": "(sAMAccountName={user})",
            "groupAttribute": "groups",
            "groupBase": "ou=groups,dc=example,dc=com",
            "groupFilter": "(uniqueMember={dn})",
            "groupName": "ou",
            "timeout": "1s",
            "keepAccepted": "10s",
            "keepRejected": "0",
            "concurrency": 2,
            "waiting": 20,
            "clearText": true
          },
          "maxClients": 0,
          "memoryBudget": "64MiB",
          "rules": {"allowPrograms": true, "programTimeout": "1m"},
          "store": {
            "servers": ["a.example", "b.example:6380"],
            "mode": "cluster",
            "user": "heimdall",
            "password": "hunter2",
            "tls": {"mode": "verify-full", "caFile": "tls/ca.pem"},
            "prefix": "blue",
            "scope": "region"
          },
          "farCache": {
            "enabled": false,
            "timeout": "5ms",
            "maxSize": "2MiB",
            "compressAbove": "1KiB",
            "trackedKeys": 5000
          },
          "topology": {
            "key": "0123456789abcdef0123456789abcdef",
            "store": "s3://fleet/topology?region=eu-west-1&endpoint=http://127.0.0.1:5000",
            "interval": "5s"
          },
          "cloudWatch": {
            "region": "eu-west-1",
            "endpoint": "http://127.0.0.1:5000",
            "logsEndpoint": "http://127.0.0.1:5001",
            "interval": "10s",
            "nodeDimension": true
          },
          "tracing": {
            "enabled": true,
            "endpoint": "http://127.0.0.1:4319",
            "headers": "Authorization: Bearer abc",
            "oneIn": 10,
            "fromComments": false,
            "commentsPerSecond": 50,
            "serviceName": "shop",
            "queue": 100,
            "batch": 10,
            "delay": "1s",
            "timeout": "5s"
          },
          "logFormat": "json",
          "logLevel": "trace"
        }
        """);
    DOCUMENTS.put(
        "sources/primary.json",
        """
        {
          "name": "primary",
          "engine": "postgresql",
          "url": "jdbc:postgresql://[::1]:5433/shop",
          "user": "app",
          "password": "hunter2",
          "tls": {
            "mode": "verify-full",
            "caFile": "tls/ca.pem",
            "certificateFile": "tls/server.crt",
            "keyFile": "tls/server.key",
            "channelBinding": "require",
            "direct": true
          },
          "connectTimeout": "2s",
          "keepAliveIdle": "0",
          "tcpUserTimeout": "1m",
          "parameters": {"search_path": "shop, public"},
          "catalog": {
            "enabled": false,
            "user": "reader",
            "password": "hunter2",
            "refresh": "5m"
          },
          "driver": "pairs",
          "changes": {
            "notify": true,
            "stream": false,
            "user": "hearer",
            "password": "hunter2",
            "databases": ["shop"],
            "slot": "shop_node",
            "publication": "shop_written",
            "maxLag": "2GiB"
          },
          "cluster": {
            "kind": "aurora",
            "global": "arn:aws:rds::123456789012:global-cluster:shop",
            "arn": "arn:aws:rds::123456789012:global-cluster:shop",
            "reads": "all",
            "consistency": "session",
            "hostPattern": "?.example:5434",
            "hostPatterns": {"us-east-1": "?.us.example:5434"},
            "writeEndpoint": "writer.example",
            "readEndpoint": "readers.example:5435",
            "nodes": [{"address": "a.example:5434", "weight": 0, "zone": "1a"}],
            "probe": {
              "user": "monitor",
              "password": "hunter2",
              "database": "shop",
              "interval": "1m",
              "failedInterval": "2s",
              "failoverInterval": "50ms",
              "positionInterval": "500ms",
              "timeout": "3s",
              "discover": false
            },
            "api": {
              "use": "on",
              "region": "eu-west-1",
              "identifier": "shop",
              "endpoint": "http://127.0.0.1:5000",
              "interval": "2m"
            },
            "lag": {
              "maxBytes": 0,
              "maxTime": "0",
              "catchUpWait": "20ms",
              "margin": "0",
              "maxStaleness": "1s"
            },
            "balance": {
              "by": "weight",
              "useResponseMetrics": false,
              "responseMetricMultiplier": 3,
              "slowStart": "0",
              "ejectAfter": 0,
              "ejectFor": "1s",
              "ejectAtMost": "1m",
              "region": "eu-west-1"
            },
            "failover": {"queueTimeout": "0", "maxQueue": 0, "fence": "30s", "staleReads": "5s"}
          }
        }
        """);
    DOCUMENTS.put(
        "drivers/pairs.json",
        """
        {
          "name": "pairs",
          "writerUrl": "jdbc:postgresql://${writer}/${database}",
          "readerUrl": "jdbc:postgresql://${reader}/${database}?targetServerType=secondary",
          "notes": "writers never answer reads"
        }
        """);
    DOCUMENTS.put(
        "vdbs/shop.json",
        """
        {
          "name": "shop",
          "address": "127.0.0.1",
          "ports": [5050, 0, 0],
          "unixSocket": "/run/heimdall/.s.PGSQL.5050",
          "unixSocketMode": "0600",
          "source": "primary",
          "databases": {"shop": "shop_v2", "*": "*"},
          "multiplex": false,
          "delayedTransaction": true,
          "credentials": "user",
          "rules": ["main", "firewall"],
          "ruleSources": ["reports"],
          "pool": {
            "size": 5,
            "maxConnections": 50,
            "maxPerUser": 10,
            "maxPerDatabase": 40,
            "minIdle": 5,
            "maxLifetime": "1d",
            "idleTimeout": "0",
            "queueTimeout": "30s",
            "queueNotice": "0",
            "maxQueue": 100,
            "reset": "always",
            "applicationNames": 3
          },
          "clients": {
            "max": 500,
            "maxPerUser": 100,
            "maxPerDatabase": 400,
            "idleTimeout": "1h",
            "idleInTransactionTimeout": "1m",
            "incompleteMessageTimeout": "20s",
            "queryTimeout": "10m",
            "cancelTimeout": "5s",
            "replyTimeout": "2m",
            "halfClosedTimeout": "3m",
            "endOnMissedNotifications": false,
            "localInfile": false,
            "compression": false
          },
          "tls": {
            "mode": "require",
            "certificateFile": "tls/server.crt",
            "keyFile": "tls/server.key",
            "selfSigned": false,
            "clientCaFile": "tls/ca.pem",
            "clientCertificate": "optional"
          },
          "auth": [
            {
              "type": "hostssl",
              "databases": ["shop", "admin", "anything"],
              "users": ["alice", "o'hara & sons"],
              "address": "10.0.0.0/8",
              "method": "cert",
              "groups": []
            },
            {"type": "hostssl", "method": "md5"},
            {"type": "hostssl", "users": ["nobody-here"], "method": "ldap", "groups": ["dba"]}
          ],
          "proxyProtocol": {"enabled": true, "trusted": ["10.0.0.0/8", "fd00::/8"], "required": false},
          "prepared": {"perServer": 50, "bytesPerServer": "1MiB", "serverShare": 30, "perClient": 500, "anonymousParse": "cache"},
          "pipelining": {
            "enabled": false,
            "connections": 3,
            "maxDepth": 8,
            "maxWait": "2ms",
            "maxFirstAge": "10ms",
            "maxStatementTime": "1ms",
            "maxResultSize": "16KiB",
            "minRuns": 5,
            "writes": true
          },
          "cache": {
            "enabled": false,
            "maxSize": "32MiB",
            "maxResultSize": "64KiB",
            "ttl": "1m",
            "preCacheTracking": true,
            "dmlThreshold": 20,
            "singleFlight": "2s",
            "pciHipaaCache": true
          },
          "authQuery": {
            "enabled": true,
            "user": "asks",
            "password": "hunter2",
            "database": "own",
            "sql": "SELECT * FROM own.user_of($1)",
            "keep": "2s",
            "timeout": "3s"
          },
          "transactionReplay": {
            "enabled": true,
            "maxStatements": 20,
            "maxSize": "8KiB",
            "maxTime": "5s"
          },
          "limits": {
            "maxStatementSize": "1MiB",
            "maxMessageSize": 2097152,
            "maxPipeline": 10,
            "writeBufferHigh": "1MiB",
            "writeBufferLow": 1
          },
          "cloudWatch": {
            "metrics": true,
            "logs": true,
            "logGroup": "/databases/shop",
            "retentionDays": 0
          },
          "analytics": false
        }
        """);
    DOCUMENTS.put(
        "sources/reports.json",
        """
        {
          "url": "jdbc:postgresql://reports",
          "credentials": {
            "secret": "prod/reports",
            "iam": false,
            "region": "eu-west-1",
            "endpoint": "http://127.0.0.1:5000",
            "refresh": "1m",
            "patience": "10s",
            "recheck": "1s"
          }
        }
        """);
    DOCUMENTS.put(
        "rules/main.json",
        """
        {
          "name": "main",
          "enabled": false,
          "comment": "every parameter of every action",
          "unknown": "match",
          "rules": [
            {
              "enabled": false,
              "comment": "all that a rule may have",
              "match": ["/\\\\* (.*) \\\\*/", "tables:${catalog}.orders,shop.public.items"],
              "join": "or",
              "inTransaction": true,
              "action": "tag",
              "parameters": {
                "capture": true,
                "concurrency": "${1}",
                "concurrencyname": "${user}",
                "delay": 100,
                "evicttables": "shop.a, shop.b\\n shop.c",
                "exclude": 10,
                "invalidate": false,
                "lagignore": true,
                "log": true,
                "matchdelta": 1000,
                "matchlimit": 5,
                "matchthreshold": 250,
                "maxburst": 3,
                "notify": true,
                "notrack": true,
                "olderthan": -5,
                "preparedonly": true,
                "printcapture": true,
                "printmatch": true,
                "printmeta": true,
                "printresults": true,
                "printtables": true,
                "printtiming": true,
                "queryTimeout": 0,
                "ratelimit": 100,
                "ratelimitname": "${vdb}",
                "sample": 10,
                "serverfilter": "^replica",
                "stop": true,
                "tables": "none",
                "update": true
              }
            },
            {"action": "allow"},
            {"action": "drop"},
            {"action": "nocache"},
            {"action": "reader-eligible"},
            {
              "action": "async-execute",
              "parameters": {
                "asyncsize": 1000,
                "batchSize": 10,
                "maxPollInterval": 5,
                "source": "reports",
                "queueName": "${table}",
                "holdUntil": "executed",
                "spoofedResult": 2,
                "lockTable": false
              }
            },
            {
              "action": "cache",
              "parameters": {
                "ttl": 30000,
                "cachesystem": true,
                "unconditional": true,
                "maxLocalSize": "1MiB",
                "maxSize": 5000,
                "autoRefresh": true,
                "revalidateOnly": true,
                "shared": true
              }
            },
            {"action": "call", "parameters": {"rule": "firewall"}},
            {"action": "debug", "parameters": {"enabled": false}},
            {
              "action": "extract-plan",
              "parameters": {"threshold": 5, "frequency": 2, "format": "json", "force": true, "checkTableMismatch": false}
            },
            {
              "action": "forward",
              "parameters": {"source": "reports", "setcatalog": false, "setschema": false, "readonly": true}
            },
            {"action": "ignore", "parameters": {"action": "log"}},
            {"action": "learn-pattern", "parameters": {"rule": "firewall", "action": "drop"}},
            {"action": "log", "parameters": {"logcolumns": "*", "slowtime": 1000}},
            {"action": "multiplex", "parameters": {"disable": "a", "enable": "b"}},
            {
              "action": "pool",
              "parameters": {"maxUserActive": 5, "maxUserIdle": 1, "multiplex": false, "multiplexSkip": 3, "reuse": false, "pipeline": true}
            },
            {"action": "result", "parameters": {"value": 7}},
            {
              "action": "retry",
              "parameters": {"maxRetries": 1, "exception": "deadlock", "retryDelay": 10, "repeatUncertain": true}
            },
            {"action": "stack-trace", "parameters": {"threshold": 10}},
            {"action": "table-cache", "parameters": {"ttl": 10, "table": "shop.orders"}},
            {"match": "from (\\\\w+)", "action": "transform", "parameters": {"target": "from only $1"}},
            {
              "action": "trigger",
              "parameters": {
                "type": "sql",
                "command": "refresh ${tables}",
                "timing": "parallel",
                "delay": 100,
                "maxDelay": 1000,
                "queueUnique": true,
                "source": "reports"
              }
            }
          ]
        }
        """);
    DOCUMENTS.put("rules/firewall.json", "{\"rules\": [{\"match\": \"x\", \"action\": \"drop\"}]}");
    DOCUMENTS.put(
        "users/alice.json",
        """
        {
          "name": "alice",
          "verifier": "SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=",
          "admin": true,
          "stats": true,
          "vdbs": ["shop"],
          "serverUser": "alice_at_server",
          "serverPassword": "hunter2",
          "maxClients": 5,
          "maxServerConnections": 2
        }
        """);
    DOCUMENTS.put("users/o'hara & sons.json", "{\"password\": \"hunter2\"}");
  }

  private FullConfiguration() {}

  static void write(Path dir) throws IOException {
    for (Map.Entry<String, String> document : DOCUMENTS.entrySet()) {
      write(dir, document.getKey(), document.getValue());
    }
    write(dir, "tls/ca.pem", "authority");
    write(dir, "tls/server.crt", "certificate");
    write(dir, "tls/server.key", "key");
  }

  static void write(Path dir, String file, String text) throws IOException {
    Path path = dir.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
