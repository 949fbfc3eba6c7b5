package dev.heimdall.test.mysql;

import dev.heimdall.test.fixture.MysqlRelease;

class MysqlHiddenTextIT extends HiddenTextContract {
  MysqlHiddenTextIT() {
    super(MysqlRelease.MYSQL, 12);
  }
}
