CREATE TABLE date_dim (d_date_sk int PRIMARY KEY, d_date date, d_year int, d_moy int, d_qoy int, d_month_seq int, d_day_name text);
CREATE TABLE item (i_item_sk int PRIMARY KEY, i_item_id text, i_brand text, i_class text, i_category text, i_current_price numeric, i_manager_id int);
CREATE TABLE store (s_store_sk int PRIMARY KEY, s_store_name text, s_state text, s_gmt_offset numeric);
CREATE TABLE customer (c_customer_sk int PRIMARY KEY, c_customer_id text, c_current_addr_sk int, c_first_name text, c_last_name text);
CREATE TABLE customer_address (ca_address_sk int PRIMARY KEY, ca_state text, ca_city text);
CREATE TABLE store_sales (ss_sold_date_sk int, ss_item_sk int, ss_store_sk int, ss_customer_sk int, ss_ticket_number int, ss_quantity int, ss_sales_price numeric, ss_net_profit numeric);
CREATE TABLE store_returns (sr_returned_date_sk int, sr_item_sk int, sr_store_sk int, sr_customer_sk int, sr_ticket_number int, sr_return_amt numeric);
CREATE TABLE catalog_sales (cs_sold_date_sk int, cs_item_sk int, cs_bill_customer_sk int, cs_quantity int, cs_sales_price numeric);
CREATE TABLE web_sales (ws_sold_date_sk int, ws_item_sk int, ws_bill_customer_sk int, ws_quantity int, ws_sales_price numeric);
CREATE TABLE inventory (inv_date_sk int, inv_item_sk int, inv_quantity_on_hand int);
-- returns above the store's average, with a query used twice
WITH total AS (SELECT sr_customer_sk AS customer, sr_store_sk AS store, sum(sr_return_amt) AS amount FROM store_returns, date_dim WHERE sr_returned_date_sk = d_date_sk AND d_year = 2000 GROUP BY 1, 2) SELECT c_customer_id FROM total t1, store, customer WHERE t1.amount > (SELECT avg(amount) * 1.2 FROM total t2 WHERE t1.store = t2.store) AND s_store_sk = t1.store AND t1.customer = c_customer_sk ORDER BY 1 LIMIT 100;
-- year over year, one query joined to itself
WITH year_total AS (SELECT c_customer_id AS id, d_year, sum(ss_sales_price) AS total, 's' AS kind FROM customer, store_sales, date_dim WHERE c_customer_sk = ss_customer_sk AND ss_sold_date_sk = d_date_sk GROUP BY 1, 2 UNION ALL SELECT c_customer_id, d_year, sum(ws_sales_price), 'w' FROM customer, web_sales, date_dim WHERE c_customer_sk = ws_bill_customer_sk AND ws_sold_date_sk = d_date_sk GROUP BY 1, 2) SELECT a.id FROM year_total a JOIN year_total b ON a.id = b.id AND a.kind = 's' AND b.kind = 'w' WHERE a.d_year = 2001;
-- grouping by several sets
SELECT i_category, i_class, s_state, grouping(i_category) + grouping(i_class) AS level, sum(ss_net_profit), rank() OVER (PARTITION BY grouping(i_category) ORDER BY sum(ss_net_profit) DESC) FROM store_sales JOIN item ON i_item_sk = ss_item_sk JOIN store ON s_store_sk = ss_store_sk GROUP BY ROLLUP (i_category, i_class), s_state;
SELECT i_brand, d_year, sum(ss_quantity) FROM store_sales, item, date_dim WHERE ss_item_sk = i_item_sk AND ss_sold_date_sk = d_date_sk GROUP BY GROUPING SETS ((i_brand, d_year), (i_brand), ());
SELECT i_brand, s_state, count(*) FILTER (WHERE ss_quantity > 5) FROM store_sales, item, store WHERE ss_item_sk = i_item_sk AND ss_store_sk = s_store_sk GROUP BY CUBE (i_brand, s_state);
-- bought in all channels
SELECT count(*) FROM (SELECT DISTINCT c_last_name, c_first_name, d_date FROM store_sales, date_dim, customer WHERE ss_sold_date_sk = d_date_sk AND ss_customer_sk = c_customer_sk INTERSECT SELECT DISTINCT c_last_name, c_first_name, d_date FROM catalog_sales, date_dim, customer WHERE cs_sold_date_sk = d_date_sk AND cs_bill_customer_sk = c_customer_sk EXCEPT SELECT DISTINCT c_last_name, c_first_name, d_date FROM web_sales, date_dim, customer WHERE ws_sold_date_sk = d_date_sk AND ws_bill_customer_sk = c_customer_sk) hot;
-- windows
SELECT i_item_id, d_moy, sum(ss_sales_price) AS sales, avg(sum(ss_sales_price)) OVER (PARTITION BY i_item_id ORDER BY d_moy ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS moving FROM item, store_sales, date_dim WHERE ss_item_sk = i_item_sk AND ss_sold_date_sk = d_date_sk GROUP BY i_item_id, d_moy;
SELECT * FROM (SELECT i_category, ss_item_sk, row_number() OVER w AS place, lag(ss_quantity) OVER w FROM store_sales JOIN item ON i_item_sk = ss_item_sk WINDOW w AS (PARTITION BY i_category ORDER BY ss_quantity)) x WHERE place < 10;
-- several counts beside one another
SELECT * FROM (SELECT count(*) AS h8 FROM store_sales WHERE ss_quantity BETWEEN 1 AND 20) s1, (SELECT count(*) AS h9 FROM store_sales WHERE ss_quantity BETWEEN 21 AND 40) s2, LATERAL (SELECT max(s1.h8) AS m FROM inventory WHERE inv_quantity_on_hand > s2.h9) s3;
SELECT CASE WHEN (SELECT count(*) FROM store_sales WHERE ss_quantity < 20) > 100 THEN (SELECT avg(ss_sales_price) FROM store_sales) ELSE (SELECT avg(ss_net_profit) FROM store_sales) END FROM store WHERE s_store_sk = 1;
-- outer joins and nulls
SELECT coalesce(s.item, w.item), s.total - coalesce(w.total, 0) FROM (SELECT ss_item_sk AS item, sum(ss_sales_price) AS total FROM store_sales GROUP BY 1) s FULL OUTER JOIN (SELECT ws_item_sk AS item, sum(ws_sales_price) AS total FROM web_sales GROUP BY 1) w USING (item);
SELECT ca_state, count(*) FROM customer_address a, customer c, store_sales s, date_dim d, item i WHERE a.ca_address_sk = c.c_current_addr_sk AND c.c_customer_sk = s.ss_customer_sk AND s.ss_sold_date_sk = d.d_date_sk AND s.ss_item_sk = i.i_item_sk AND d.d_month_seq = (SELECT DISTINCT d_month_seq FROM date_dim WHERE d_year = 2001 AND d_moy = 1) AND i.i_current_price > 1.2 * (SELECT avg(j.i_current_price) FROM item j WHERE j.i_category = i.i_category) GROUP BY a.ca_state HAVING count(*) >= 10;
-- maintenance
INSERT INTO store_sales (SELECT ws_sold_date_sk, ws_item_sk, 1, ws_bill_customer_sk, 1, ws_quantity, ws_sales_price, 0 FROM web_sales);
DELETE FROM store_returns USING date_dim WHERE sr_returned_date_sk = d_date_sk AND d_date BETWEEN '2000-01-01' AND '2000-02-01';
MERGE INTO inventory USING (SELECT ss_item_sk, sum(ss_quantity) AS sold FROM store_sales GROUP BY ss_item_sk) s ON inv_item_sk = ss_item_sk WHEN MATCHED AND inv_quantity_on_hand < sold THEN DELETE WHEN MATCHED THEN UPDATE SET inv_quantity_on_hand = inv_quantity_on_hand - sold WHEN NOT MATCHED THEN INSERT VALUES (1, ss_item_sk, 0);
CREATE TABLE best AS WITH b AS (SELECT i_brand, sum(ss_net_profit) AS profit FROM item JOIN store_sales ON i_item_sk = ss_item_sk GROUP BY i_brand) SELECT * FROM b WHERE profit > (SELECT avg(profit) FROM b);
