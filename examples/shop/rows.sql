-- The example shop: rows, for an empty database with schema.sql. The same rows at every load: no random(), and
-- the shop's clock stands still.
SET shop.now = '2024-04-10 09:00:00+00';
SET shop.actor = 'import';
SET timezone = 'UTC';

-- Users ----------------------------------------------------------------------------------------------------
INSERT INTO public.countries (code, name, calling_code, in_customs_union) VALUES
    ('AT', 'Österreich', 43, true), ('CH', 'Schweiz', 41, false), ('DE', 'Deutschland', 49, true),
    ('FR', 'France', 33, true), ('GR', 'Ελλάδα', 30, true), ('NL', 'Nederland', 31, true);
INSERT INTO public.currencies (code, name, symbol) VALUES
    ('EUR', 'Euro', '€'), ('CHF', 'Swiss franc', NULL), ('GBP', 'Pound sterling', '£');
INSERT INTO public.currencies VALUES ('JPY', 'Yen', '¥', 0);
INSERT INTO public.users (username, email, password_hash, first_name, last_name, status, newsletter, country,
                          referred_by, settings, created_at)
    SELECT '  user' || lpad(n::text, 3, '0'), 'User' || n || '@Example.COM', md5('password ' || n),
           CASE WHEN n % 11 <> 0 THEN (ARRAY['Ada', 'Zoë', 'Jürgen', 'O''Neil', 'Grace', 'Linus', 'Ελένη'])[n % 7 + 1] END,
           (ARRAY['Lovelace', 'Müller', 'van den Berg', 'Smith "the" Coder', 'Παπαδοπούλου'])[n % 5 + 1],
           (ARRAY['active', 'active', 'active', 'invited', 'suspended', 'active', 'closed'])[n % 7 + 1]::public.user_status,
           n % 3 = 0, (ARRAY['DE', 'AT', 'CH', 'FR', 'NL', 'GR'])[n % 6 + 1],
           CASE WHEN n % 4 = 0 THEN n / 4 END,
           public.hstore(ARRAY['theme', 'page size'], ARRAY[CASE n % 2 WHEN 0 THEN 'dark' END, (n % 5 * 10)::text]),
           timestamptz '2023-01-01 08:00+00' + n * interval '1 day 37 minutes'
    FROM generate_series(1, 200) AS n ORDER BY n;
INSERT INTO public.user_roles (user_id, role, granted_on)
    SELECT n, 'customer', date '2023-01-01' + n FROM generate_series(1, 200) AS n ORDER BY n;
INSERT INTO public.user_roles VALUES (1, 'admin', '2023-02-01'), (2, 'support', '2023-02-01'), (3, 'buyer', '2023-02-02');
INSERT INTO public.user_addresses (user_id, label, address, is_default)
    SELECT n % 150 + 1, CASE WHEN n < 150 THEN 'home' ELSE 'work' END,
           ROW('Main Street ' || n, lpad((n * 37)::text, 5, '0'), (ARRAY['Berlin', 'Wien', 'Zürich'])[n % 3 + 1],
               (ARRAY['DE', 'AT', 'CH'])[n % 3 + 1])::public.address, n < 150
    FROM generate_series(0, 199) AS n ORDER BY n;
INSERT INTO public.user_sessions (token, user_id, client, state, expires_at)
    SELECT md5('session ' || n)::uuid, n, ('10.0.' || n % 4 || '.' || n)::inet, jsonb_build_object('step', n % 3),
           timestamptz '2024-04-11 00:00+00' + n * interval '1 minute'
    FROM generate_series(1, 30) AS n ORDER BY n;

-- Catalog --------------------------------------------------------------------------------------------------
INSERT INTO catalog.brands (name, website)
    SELECT 'Brand No. ' || n, CASE WHEN n % 2 = 0 THEN 'https://brand' || n || '.example' END
    FROM generate_series(1, 12) AS n ORDER BY n;
INSERT INTO catalog.categories (parent_id, name, sort_order) VALUES
    (NULL, 'Clothing', 1), (NULL, 'Home', 2), (1, 'Shirts', 1), (1, 'Trousers', 2), (2, 'Kitchen', 1), (2, 'Garden', 2),
    (5, 'Knives', 1), (5, 'Pots', 2), (3, 'T-Shirts', 1);
-- Knives and pots swap places: the unique constraint is checked at the end of the statement.
UPDATE catalog.categories SET sort_order = 3 - sort_order WHERE parent_id = 5;
-- Products and their covers refer to each other; both foreign keys wait for the end.
WITH numbers AS (SELECT n FROM generate_series(1, 120) AS n ORDER BY n),
products AS (
    INSERT INTO catalog.products (id, brand_id, name, description, tags, size, price_band, cover_image_id, published_on, updated_at)
    SELECT n, n % 13 + CASE WHEN n % 13 = 0 THEN NULL ELSE 0 END,
           (ARRAY['Blue', 'Red', 'Green', 'Sturdy', 'Light'])[n % 5 + 1] || ' '
           || (ARRAY['Shirt', 'Knife', 'Pot', 'Trousers', 'Lamp', 'Chair', 'Rake'])[n % 7 + 1] || ' ' || n,
           CASE WHEN n % 10 <> 0 THEN repeat('A fine thing, number ' || n || '. ', n % 6 + 1) END,
           ARRAY['new', 'tag ' || n % 4]::text[], ROW(n % 40 + 10, n % 30 + 5, 12.5)::catalog.dimensions,
           catalog.price_band(n % 20 * 5, n % 20 * 5 + 25), CASE WHEN n % 6 <> 0 THEN 1 END,
           date '2023-06-01' + n, timestamptz '2023-06-01 12:00+00' + n * interval '1 day'
    FROM numbers
)
INSERT INTO catalog.product_images (product_id, id, url, width, height)
    SELECT n, i, '/img/' || n || '/' || i || '.webp', 800, 600 + i FROM numbers, generate_series(1, 2) AS i ORDER BY n, i;
DO $$ BEGIN PERFORM setval('catalog.product_id_seq', 120); END $$;
INSERT INTO catalog.product_categories (product_id, category_id)
    SELECT n, (ARRAY[9, 7, 8, 4, 2, 6])[n % 6 + 1] FROM generate_series(1, 120) AS n ORDER BY n;
INSERT INTO catalog.product_variants (product_id, sku, gtin, attributes, weight_g)
    SELECT (n + 2) / 3, 'SH-' || lpad(n::text, 4, '0') || '-' || (ARRAY['S', 'M', 'L'])[n % 3 + 1],
           CASE WHEN n % 4 <> 0 THEN code || ((10 - (SELECT sum(substr(code, i, 1)::integer * CASE WHEN i % 2 = 0 THEN 3 ELSE 1 END)
               FROM generate_series(1, 12) AS i) % 10) % 10) END,
           jsonb_build_object('size', (ARRAY['S', 'M', 'L'])[n % 3 + 1], 'colour', (ARRAY['blue', 'red'])[n % 2 + 1]),
           CASE WHEN n % 5 <> 0 THEN 100 + n END
    FROM generate_series(1, 360) AS n, lateral (SELECT '4006' || lpad((n * 7)::text, 8, '0') AS code) AS c ORDER BY n;
INSERT INTO catalog.price_lists VALUES ('retail', 'EUR', catalog.code_range('A', 'M')), ('partner', 'EUR', NULL), ('swiss', 'CHF', 'empty');
INSERT INTO catalog.prices (price_list, variant_id, valid, price)
    SELECT l.code, n, r.valid, n % 50 + 10 - r.off
    FROM generate_series(1, 360) AS n
    CROSS JOIN (VALUES (1, 'retail'), (2, 'partner')) AS l (i, code)
    CROSS JOIN (VALUES (1, tstzrange('2023-01-01 00:00+00', '2024-01-01 00:00+00'), 0.51), (2, tstzrange('2024-01-01 00:00+00', NULL), 0.01))
        AS r (i, valid, off)
    WHERE l.code = 'retail' OR n <= 60 ORDER BY r.i, l.i, n;
INSERT INTO catalog.reviews (product_id, user_id, stars, body, written_at)
    SELECT n % 120 + 1, n % 199 + 1, n % 5 + 1, CASE n % 3 WHEN 0 THEN E'Good.\nWould buy\tagain; 100 % \\o/' END,
           timestamptz '2024-02-01 10:00+00' + n * interval '3 hours'
    FROM generate_series(1, 240) AS n ORDER BY n;
INSERT INTO catalog.related_products SELECT n, n + 7 FROM generate_series(1, 60) AS n ORDER BY n;

-- Inventory ------------------------------------------------------------------------------------------------
INSERT INTO inventory.warehouses VALUES
    (1, 'North', ROW('Hafenstr. 1', '20457', 'Hamburg', 'DE')), (2, 'South', ROW('Ring 7', NULL, 'Graz', 'AT')), (3, 'Virtual', NULL);
INSERT INTO inventory.opening_hours
    SELECT w, d, h.hours::inventory.time_range
    FROM generate_series(1, 2) AS w, generate_series(1, 5) AS d, (VALUES ('[08:00,12:00)'), ('[13:00,17:30)')) AS h (hours)
    ORDER BY w, d, h.hours;
INSERT INTO inventory.shelves (warehouse_id, code, capacity)
    SELECT w, 'R' || s, 500 * s FROM generate_series(1, 3) AS w, generate_series(1, 4) AS s ORDER BY w, s;
-- The trigger on stock_movements keeps stock_levels.
INSERT INTO inventory.stock_movements (variant_id, warehouse_id, shelf_code, quantity, reason, moved_at)
    SELECT n % 360 + 1, n / 360 % 2 + 1, 'R' || n % 4 + 1, 20 + n % 17, 'initial', timestamptz '2023-12-01 06:00+00' + n * interval '5 minutes'
    FROM generate_series(0, 499) AS n ORDER BY n;
INSERT INTO inventory.suppliers (name, contact, contacts, delivery_days) VALUES
    ('Müller & Söhne', 'sales@mueller.example', 'phone => "+49 40 1234", fax => NULL', '[2,5)'), ('Acme', NULL, NULL, '[10,31)'),
    ('Brand "X"', 'x@brand.example', '', DEFAULT);
INSERT INTO inventory.supplier_products (supplier_id, variant_id, supplier_code, cost)
    SELECT n % 3 * 10 + 10, n, 'S' || n, (n % 50 + 10) * 0.6 FROM generate_series(1, 360) AS n ORDER BY n;
-- An order and its lines in one statement, as the constraint trigger wants it.
WITH numbers AS (SELECT n FROM generate_series(1, 6) AS n ORDER BY n),
orders AS (
    INSERT INTO inventory.purchase_orders (id, supplier_id, ordered_on) SELECT 699 + n, n % 3 * 10 + 10, date '2024-03-01' + n FROM numbers
)
INSERT INTO inventory.purchase_order_lines
    SELECT 699 + n, n % 3 + 3 * i, n % 3 * 10 + 10, 10 * i, 4.9999 FROM numbers, generate_series(1, 4) AS i ORDER BY n, i;
DO $$ BEGIN PERFORM setval('inventory.po_counter', 705); END $$;
CALL inventory.receive(700, 'R1', '2024-03-20');
CALL inventory.receive(701, 'R2', '2024-03-25');

-- Sales ----------------------------------------------------------------------------------------------------
INSERT INTO sales.carts (id, user_id, channel, created_at)
    SELECT md5('cart ' || n)::uuid, CASE WHEN n % 3 <> 0 THEN n END, (ARRAY['web', 'app'])[n % 2 + 1]::sales.channel,
           timestamp '2024-04-09 20:00' + n * interval '1 minute'
    FROM generate_series(1, 20) AS n ORDER BY n;
INSERT INTO sales.cart_items
    SELECT md5('cart ' || n)::uuid, n * 3 + i, i FROM generate_series(1, 20) AS n, generate_series(1, 2) AS i ORDER BY n, i;
-- 400 orders from the end of December to the middle of April: every partition gets some.
INSERT INTO sales.orders (placed_at, user_id, channel, ship_to, currency, total, discount)
    SELECT timestamptz '2023-12-28 09:00+00' + n * interval '6 hours 30 minutes', n * 7 % 200 + 1,
           (ARRAY['web', 'app', 'phone', 'store'])[n % 4 + 1]::sales.channel,
           CASE WHEN n % 4 <> 3 THEN ROW('Street ' || n, '10' || n, 'Town ' || n % 9, 'DE')::public.address END,
           'EUR', 0, 0
    FROM generate_series(0, 399) AS n ORDER BY n;
-- The statement trigger adds the lines up into orders.total.
INSERT INTO sales.order_items (order_id, placed_at, line_no, variant_id, quantity, unit_price)
    SELECT o.id, o.placed_at, i, (o.id * 3 + i) % 360 + 1, (o.id + i) % 4 + 1, ((o.id * 3 + i) % 360 + 1) % 50 + 10
    FROM sales.orders o, generate_series(1, 3) AS i WHERE i <= o.id % 3 + 1 ORDER BY o.placed_at, i;
UPDATE sales.order_items SET quantity = quantity + 1 WHERE order_id IN (100002, 100003) AND line_no = 1;
UPDATE sales.orders SET discount = 2.50 WHERE id % 40 = 0;
DO $pay$
DECLARE
    payment bigint;
BEGIN
    FOR n IN 100001..100250 LOOP
        IF n % 5 <> 0 THEN
            PERFORM set_config('shop.now', (timestamptz '2023-12-29 10:00+00' + (n - 100001) * interval '6 hours 30 minutes')::text, false);
            CALL sales.pay(n, CASE n % 3 WHEN 0 THEN 'card' WHEN 1 THEN 'invoice' ELSE 'wallet' END, payment);
        END IF;
    END LOOP;
END
$pay$;
SET shop.now = '2024-04-10 09:00:00+00';
UPDATE sales.orders SET status = 'cancelled' WHERE id % 25 = 0;
UPDATE sales.orders SET status = 'won''t ship' WHERE id = 100399;
INSERT INTO sales.order_events (event_at, kind, order_id, order_placed_at, data)
    SELECT placed_at + interval '1 hour', CASE WHEN id % 2 = 0 THEN 'payment' ELSE 'message' END::sales.event_kind, id, placed_at,
           jsonb_build_object('text', 'thank you')
    FROM sales.orders WHERE id % 8 < 2 ORDER BY placed_at;
INSERT INTO sales.refunds (payment_no, amount, reason)
    SELECT transaction_no, 1.50, 'late' FROM sales.payments WHERE order_id % 50 = 1 ORDER BY transaction_no;
INSERT INTO sales.vouchers (code, discount, valid) VALUES
    ('Spring24', 10, '[2024-03-01,2024-06-01)'), ('welcome', DEFAULT, '[2024-01-01,)');
INSERT INTO sales.vouchers VALUES ('staff', 50, '[2024-01-01,2025-01-01)', '{store,phone}');
INSERT INTO sales.shipments (order_id, order_placed_at, warehouse_id, tracking_code, shipped_at, travel_time)
    SELECT id, placed_at, id % 2 + 1, CASE WHEN id % 7 <> 0 THEN 'TR' || id END, placed_at + interval '2 days', interval '1 day 4 hours'
    FROM sales.orders WHERE status = 'paid' ORDER BY placed_at;
INSERT INTO sales.documents (issued_on, body) VALUES ('2024-01-02', 'Price list'), ('2024-01-03', 'Terms');
INSERT INTO sales.invoices (issued_on, order_id, order_placed_at, net)
    SELECT (placed_at AT TIME ZONE 'UTC')::date, id, placed_at, sales.net(total::numeric)
    FROM sales.orders WHERE status = 'paid' ORDER BY placed_at;
INSERT INTO sales.credit_notes (issued_on, body, invoice_number)
    SELECT issued_on + 14, 'Returned', number FROM sales.invoices WHERE order_id % 50 = 1 ORDER BY number;
INSERT INTO sales."Order Note" ("Order No", "select", "Written ""by""", written_on) VALUES
    (100001, 'Gift, please wrap', 'Zoë', '2024-01-02'), (100001, 'She said "no card"', DEFAULT, NULL), (100007, NULL, 'O''Neil', '2024-01-05');

-- Support and legacy import --------------------------------------------------------------------------------
INSERT INTO support.tickets (user_id, order_id, order_placed_at, priority, subject, closed)
    SELECT user_id, CASE WHEN id % 3 <> 0 THEN id END, CASE WHEN id % 3 <> 0 THEN placed_at END,
           (ARRAY['low', 'normal', 'high'])[id % 3 + 1]::support.priority, 'Where is order ' || id || '?', id % 4 = 0
    FROM sales.orders WHERE id % 10 = 3 ORDER BY placed_at;
INSERT INTO support.ticket_messages (ticket_id, message_no, author, body, attachments, sent_at)
    SELECT t.id, m, CASE m WHEN 1 THEN t.user_id ELSE 2 END, 'Message ' || m, CASE WHEN m = 1 THEN ARRAY['\x00ff'::bytea] END,
           timestamptz '2024-04-01 08:00+00' + (t.id * 10 + m) * interval '1 minute'
    FROM support.tickets t, generate_series(1, 2) AS m ORDER BY t.id, m;
INSERT INTO "Legacy Import"."Customer" ("CustNo", "Name 1", "Country", "order", imported, user_id)
    SELECT 70000 + n, 'Kunde ' || n, CASE n % 3 WHEN 0 THEN NULL ELSE 'DE' END, n, n % 2 = 0, CASE WHEN n % 2 = 0 THEN n END
    FROM generate_series(1, 25) AS n ORDER BY n;

-- Through the views ----------------------------------------------------------------------------------------
INSERT INTO public.active_users (username, email, created_at) VALUES ('Nadia', 'Nadia@Example.org', '2024-04-01 07:00+00');
UPDATE public.newsletter_readers SET email = 'reader@example.net' WHERE user_id = 9;
UPDATE catalog.product_listing SET price = 19.90 WHERE variant_id = 5;
UPDATE catalog.products SET name = 'Blue Knife 7 "Pro"' WHERE id = 7;
CALL reporting.refresh();

-- What the constraints, triggers and views must have done by now -------------------------------------------
DO $check$
DECLARE
    failed text;
    refused integer := 0;
    statement text;
BEGIN
    SELECT string_agg(name, ', ') INTO failed FROM (VALUES
        ('users_tidy', (SELECT count(*) FROM public.users WHERE email::text <> lower(email::text) OR username::text LIKE ' %') = 0),
        ('users_audit', (SELECT count(*) FROM audit.change_log WHERE table_name = 'public.users') = 202),
        ('prices_audit', (SELECT row_key FROM audit.change_log WHERE table_name = 'catalog.prices') IS NOT NULL),
        ('product_listing', (SELECT price::numeric FROM catalog.product_listing WHERE variant_id = 5) = 19.90),
        ('price_history', (SELECT count(*) FROM catalog.price_history(5)) = 3),
        ('products_touch', (SELECT updated_at FROM catalog.products WHERE id = 7) = '2024-04-10 09:00+00'),
        ('search', (SELECT name FROM catalog.search_products('pro knife')) = 'Blue Knife 7 "Pro"'),
        ('category_tree', (SELECT path FROM catalog.category_tree WHERE id = 9) = ARRAY['Clothing', 'Shirts', 'T-Shirts']),
        ('stock', (SELECT sum(on_hand) FROM inventory.stock_levels) = (SELECT sum(quantity) FROM inventory.stock_movements)),
        ('in_stock', (SELECT inventory.in_stock(1) > inventory.in_stock(1, 1::smallint))),
        ('order_items_sum', (SELECT sum(total) FROM sales.orders) = (SELECT sum(line_total) FROM sales.order_items)),
        ('partitions', (SELECT count(DISTINCT tableoid) FROM sales.orders) = 5),
        ('order_events', (SELECT count(DISTINCT tableoid) FROM sales.order_events) = 3),
        ('open_amount', (SELECT bool_and(sales.open_amount(o) = 0) FROM sales.orders o WHERE o.status = 'paid')),
        ('payments and refunds', NOT EXISTS (SELECT FROM sales.payments JOIN sales.refunds USING (transaction_no))),
        ('documents', (SELECT count(*) FROM ONLY sales.documents) = 2 AND (SELECT count(*) FROM sales.documents) > 100),
        ('open_tickets', (SELECT bool_and(messages = 2) FROM support.open_tickets)),
        ('good_customers', (SELECT count(*) FROM sales.good_customers WHERE rank_in_country = 1) = 6),
        ('country_revenue', (SELECT sum(revenue) FROM reporting.country_revenue)
            = (SELECT sum(payable) FROM sales.orders WHERE status <> 'cancelled')),
        ('dashboard', (SELECT sum(revenue) FROM reporting.dashboard) = (SELECT sum(line_total) FROM sales.order_items)),
        ('legacy', (SELECT count(*) FROM "Legacy Import"."Customers to ""merge""") = 13),
        ('notes', sales."Notes of"(100001) = E'Gift, please wrap\nShe said "no card"'),
        ('display_name', (SELECT u.display_name FROM public.users u WHERE id = 201) = 'Nadia'),
        ('password_matches', public.password_matches('USER001', md5('password 1'))),
        ('net', sales.net(119) = 100 AND (sales.net(ROW(119, 'EUR')::sales.money_value)).amount::numeric = 100),
        ('variadic', catalog.cheapest(3, 1.5, 2) = 1.5 AND public.first_given(NULL, 'b'::text, 'c') = 'b')
    ) AS checks (name, holds) WHERE holds IS NOT TRUE;
    IF failed IS NOT NULL THEN
        RAISE EXCEPTION 'the example shop does not work: %', failed;
    END IF;
    FOREACH statement IN ARRAY ARRAY[
        'UPDATE public.active_users SET status = ''closed'' WHERE id = 1',
        'UPDATE public.users SET email = ''nobody'' WHERE id = 1',
        'INSERT INTO catalog.prices (price_list, variant_id, price) VALUES (''retail'', 1, 1)',
        'INSERT INTO sales.documents (kind, issued_on) VALUES (''letter'', ''2024-01-01'')',
        'UPDATE support.tickets SET order_id = NULL WHERE id = 2',
        'UPDATE catalog.products SET cover_image_id = 3 WHERE id = 1',
        'INSERT INTO inventory.purchase_orders VALUES (1, 10, ''2024-01-01'', NULL)',
        'DELETE FROM sales.payments WHERE transaction_no = 5000'
    ] LOOP
        BEGIN
            EXECUTE statement;
            SET CONSTRAINTS ALL IMMEDIATE;
            RAISE EXCEPTION 'the example shop let pass: %', statement;
        EXCEPTION
            WHEN integrity_constraint_violation OR check_violation OR exclusion_violation OR foreign_key_violation
                 OR restrict_violation OR with_check_option_violation THEN
                refused := refused + 1;
        END;
    END LOOP;
    IF refused <> 8 THEN
        RAISE EXCEPTION 'the example shop refused % statements of 8', refused;
    END IF;
END
$check$;
RESET shop.now;
RESET shop.actor;
RESET timezone;
