-- The example shop: schema. Needs the roles of roles.sql and an empty database; run as superuser.
-- Plain SQL; names are qualified throughout, so that it does not depend on search_path.

-- ---------------------------------------------------------------------------------------------------------
-- Schemas and extensions
-- ---------------------------------------------------------------------------------------------------------
CREATE SCHEMA extensions;
CREATE SCHEMA audit;
CREATE SCHEMA catalog;
CREATE SCHEMA inventory;
CREATE SCHEMA sales;
CREATE SCHEMA support;
CREATE SCHEMA reporting;
CREATE SCHEMA "Legacy Import";

CREATE EXTENSION citext WITH SCHEMA public;
CREATE EXTENSION hstore WITH SCHEMA public;
CREATE EXTENSION pg_trgm WITH SCHEMA extensions;
CREATE EXTENSION btree_gist WITH SCHEMA extensions;

-- ---------------------------------------------------------------------------------------------------------
-- Functions that types, defaults, checks, generated columns and indexes rest on
-- ---------------------------------------------------------------------------------------------------------
-- The shop's clock: a session can set shop.now to replay a day.
CREATE FUNCTION public.shop_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(nullif(current_setting('shop.now', true), '')::timestamptz, now()) $$;

CREATE FUNCTION public.is_email(value text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT value ~ '^[^@[:space:]]+@[^@[:space:]]+\.[a-zA-Z]{2,}$' $$;

CREATE FUNCTION catalog.slugify(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN trim(BOTH '-' FROM regexp_replace(lower(value), '[^a-z0-9]+', '-', 'g'));

CREATE FUNCTION catalog.search_key(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 50
    AS $$
BEGIN
    RETURN pg_catalog.regexp_replace(pg_catalog.lower(value), '[[:space:]]+', ' ', 'g');
END
$$;

-- Check digit of a GTIN-13, as used on bar codes.
CREATE FUNCTION catalog.is_gtin(code text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT
    AS $$
DECLARE
    total integer := 0;
BEGIN
    IF code !~ '^[0-9]{13}$' THEN
        RETURN false;
    END IF;
    FOR i IN 1..13 LOOP
        total := total + substr(code, i, 1)::integer * CASE WHEN i % 2 = 0 THEN 3 ELSE 1 END;
    END LOOP;
    RETURN total % 10 = 0;
END
$$;

CREATE FUNCTION inventory.time_difference(x time, y time) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT extract(epoch FROM (x - y))::double precision $$;

-- ---------------------------------------------------------------------------------------------------------
-- Types
-- ---------------------------------------------------------------------------------------------------------
CREATE TYPE public.user_status AS ENUM ('invited', 'active', 'suspended', 'closed');
CREATE TYPE public.user_role AS ENUM ('customer', 'support', 'buyer', 'admin');
CREATE TYPE sales.channel AS ENUM ('web', 'app', 'phone', 'store');
CREATE TYPE sales.order_status AS ENUM ('open', 'paid', 'shipped', 'delivered', 'cancelled', 'won''t ship');
CREATE TYPE sales.event_kind AS ENUM ('status', 'payment', 'message');
CREATE TYPE support.priority AS ENUM ('low', 'normal', 'high');

CREATE DOMAIN public.email_address AS public.citext
    CONSTRAINT email_address_form CHECK (public.is_email(VALUE::text))
    CONSTRAINT email_address_length CHECK (length(VALUE::text) <= 254);
CREATE DOMAIN public.currency_code AS character(3) COLLATE "C" DEFAULT 'EUR' NOT NULL
    CONSTRAINT currency_code_form CHECK (VALUE ~ '^[A-Z]{3}$');
CREATE DOMAIN public.amount AS numeric(12,2) DEFAULT 0 NOT NULL
    CONSTRAINT amount_not_negative CHECK (VALUE >= 0)
    CONSTRAINT amount_in_bounds CHECK (VALUE < 100000000);
CREATE DOMAIN catalog.sku AS text COLLATE "C"
    CONSTRAINT sku_form CHECK (VALUE ~ '^[A-Z]{2,4}-[0-9]{4,6}(-[A-Z0-9]+)?$')
    CONSTRAINT sku_length CHECK (length(VALUE) BETWEEN 7 AND 24);
CREATE DOMAIN sales.percentage AS numeric(5,2) CONSTRAINT percentage_range CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN sales.discount AS sales.percentage DEFAULT 5 CONSTRAINT discount_limit CHECK (VALUE <= 90);
CREATE DOMAIN catalog.tag_list AS text[] CONSTRAINT tag_list_short CHECK (cardinality(VALUE) <= 10);
ALTER DOMAIN catalog.tag_list ADD CONSTRAINT tag_list_without_nulls CHECK (array_position(VALUE, NULL) IS NULL) NOT VALID;

CREATE TYPE public.address AS (street text, postal_code text COLLATE "C", city text, country character(2));
CREATE TYPE sales.money_value AS (amount public.amount, currency public.currency_code);
CREATE TYPE catalog.dimensions AS ("Width cm" numeric(6,1), "Height cm" numeric(6,1), "Depth cm" numeric(6,1));

CREATE TYPE inventory.time_range AS RANGE (
    subtype = time, subtype_diff = inventory.time_difference, multirange_type_name = inventory.time_ranges);
CREATE TYPE catalog.price_band AS RANGE (subtype = numeric);
CREATE TYPE catalog.code_range AS RANGE (subtype = text, collation = "C");

-- ---------------------------------------------------------------------------------------------------------
-- Sequences
-- ---------------------------------------------------------------------------------------------------------
CREATE SEQUENCE sales.order_number_seq AS bigint START WITH 100001 MINVALUE 100001 MAXVALUE 999999999;
-- Payments and refunds are booked in one common row of numbers.
CREATE SEQUENCE sales.transaction_number_seq START WITH 5000 INCREMENT BY 5 CACHE 10;
CREATE SEQUENCE sales.document_number_seq AS integer START WITH 2024001 MINVALUE 2024001;
CREATE SEQUENCE support.desk_seq AS smallint INCREMENT BY -1 MINVALUE 1 MAXVALUE 4 START WITH 4 CYCLE;

-- ---------------------------------------------------------------------------------------------------------
-- Users
-- ---------------------------------------------------------------------------------------------------------
CREATE TABLE public.countries (
    code character(2) COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    calling_code smallint,
    in_customs_union boolean DEFAULT false NOT NULL,
    CONSTRAINT countries_code_form CHECK (code ~ '^[A-Z]{2}$')
);
CREATE TABLE public.currencies (
    code public.currency_code PRIMARY KEY,
    name text NOT NULL,
    symbol text,
    digits smallint DEFAULT 2 NOT NULL CHECK (digits BETWEEN 0 AND 4)
);
CREATE TABLE public.users (
    id bigint GENERATED BY DEFAULT AS IDENTITY,
    username public.citext NOT NULL,
    email public.email_address NOT NULL,
    password_hash text COLLATE "C",
    first_name text,
    last_name text,
    full_name text GENERATED ALWAYS AS (
        coalesce(first_name, '') || CASE WHEN first_name IS NULL OR last_name IS NULL THEN '' ELSE ' ' END
        || coalesce(last_name, '')) STORED,
    status public.user_status DEFAULT 'invited' NOT NULL,
    newsletter boolean DEFAULT false NOT NULL,
    country character(2) DEFAULT 'DE' REFERENCES public.countries (code) ON UPDATE CASCADE ON DELETE SET DEFAULT,
    referred_by bigint,
    settings public.hstore DEFAULT ''::public.hstore NOT NULL,
    created_at timestamptz DEFAULT public.shop_now() NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_username_key UNIQUE (username),
    CONSTRAINT users_email_key UNIQUE (email) INCLUDE (status),
    CONSTRAINT users_referred_by_fkey FOREIGN KEY (referred_by) REFERENCES public.users (id) ON DELETE SET NULL,
    CONSTRAINT users_username_length CHECK (length(username::text) BETWEEN 3 AND 40)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_scale_factor = 0.1);
ALTER TABLE public.users ALTER COLUMN email SET STATISTICS 500;
ALTER TABLE public.users ALTER COLUMN country SET (n_distinct = 40);

CREATE TABLE public.user_roles (
    user_id bigint NOT NULL REFERENCES public.users ON DELETE CASCADE,
    role public.user_role DEFAULT 'customer' NOT NULL,
    granted_on date DEFAULT CURRENT_DATE NOT NULL,
    PRIMARY KEY (user_id, role)
);
CREATE TABLE public.user_addresses (
    id integer GENERATED ALWAYS AS IDENTITY (START WITH 1000 INCREMENT BY 10 MINVALUE 1000 CACHE 1),
    user_id bigint NOT NULL REFERENCES public.users ON DELETE CASCADE,
    label text DEFAULT 'home' NOT NULL,
    address public.address NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT user_addresses_complete CHECK ((address).city IS NOT NULL AND (address).country IS NOT NULL)
);
CREATE UNLOGGED TABLE public.user_sessions (
    token uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES public.users ON DELETE CASCADE,
    client inet,
    state jsonb DEFAULT '{}' NOT NULL,
    expires_at timestamptz DEFAULT (public.shop_now() + interval '1 day') NOT NULL
) WITH (autovacuum_enabled = false, toast.autovacuum_enabled = false);

CREATE TABLE audit.change_log (
    id bigserial PRIMARY KEY,
    changed_at timestamptz DEFAULT public.shop_now() NOT NULL,
    actor text DEFAULT coalesce(nullif(current_setting('shop.actor', true), ''), SESSION_USER) NOT NULL,
    table_name text NOT NULL,
    operation text NOT NULL CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE')),
    row_key text,
    old_row jsonb,
    new_row jsonb
) WITH (autovacuum_analyze_threshold = 500);
ALTER TABLE audit.change_log ALTER COLUMN old_row SET STORAGE EXTERNAL;
ALTER TABLE audit.change_log ALTER COLUMN new_row SET STORAGE MAIN;

-- ---------------------------------------------------------------------------------------------------------
-- Catalog
-- ---------------------------------------------------------------------------------------------------------
CREATE TABLE catalog.brands (
    id serial PRIMARY KEY,
    name text NOT NULL,
    slug text GENERATED ALWAYS AS (catalog.slugify(name)) STORED,
    website text,
    CONSTRAINT brands_slug_key UNIQUE (slug)
);
CREATE TABLE catalog.categories (
    id smallserial PRIMARY KEY,
    parent_id smallint,
    name text NOT NULL,
    sort_order integer DEFAULT 0 NOT NULL,
    CONSTRAINT categories_parent_fkey FOREIGN KEY (parent_id) REFERENCES catalog.categories (id) ON DELETE CASCADE,
    CONSTRAINT categories_name_key UNIQUE NULLS NOT DISTINCT (parent_id, name),
    -- deferrable, so that two categories can swap places in one statement or transaction
    CONSTRAINT categories_order_key UNIQUE (parent_id, sort_order) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT categories_not_own_parent CHECK (parent_id <> id)
);
CREATE TABLE catalog.products (
    id integer GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME catalog.product_id_seq),
    brand_id integer REFERENCES catalog.brands (id) ON UPDATE RESTRICT ON DELETE SET NULL,
    name text NOT NULL,
    slug text GENERATED ALWAYS AS (catalog.slugify(name)) STORED NOT NULL,
    description text COMPRESSION pglz,
    tags catalog.tag_list DEFAULT '{}' NOT NULL,
    size catalog.dimensions,
    price_band catalog.price_band,
    cover_image_id integer,
    published_on date,
    search tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', name), 'A') || to_tsvector('simple', coalesce(description, ''))) STORED,
    updated_at timestamptz DEFAULT public.shop_now() NOT NULL,
    CONSTRAINT products_pkey PRIMARY KEY (id)
) WITH (fillfactor = 80, toast_tuple_target = 1024, parallel_workers = 2);
ALTER TABLE catalog.products ALTER COLUMN description SET STORAGE EXTENDED;
ALTER TABLE catalog.products ALTER COLUMN brand_id SET (n_distinct = -0.1, n_distinct_inherited = -0.1);

CREATE TABLE catalog.product_images (
    product_id integer NOT NULL,
    id integer NOT NULL,
    url text NOT NULL,
    width integer,
    height integer,
    pixels integer GENERATED ALWAYS AS (width * height) STORED,
    CONSTRAINT product_images_pkey PRIMARY KEY (product_id, id),
    CONSTRAINT product_images_product_fkey FOREIGN KEY (product_id) REFERENCES catalog.products (id) ON DELETE CASCADE
        DEFERRABLE INITIALLY DEFERRED
);
-- A product's cover is one of its own images: the two tables refer to each other.
ALTER TABLE catalog.products ADD CONSTRAINT products_cover_fkey FOREIGN KEY (id, cover_image_id)
    REFERENCES catalog.product_images (product_id, id) ON DELETE SET NULL (cover_image_id) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE catalog.product_categories (
    product_id integer NOT NULL REFERENCES catalog.products ON DELETE CASCADE,
    category_id smallint NOT NULL REFERENCES catalog.categories ON DELETE RESTRICT,
    CONSTRAINT product_categories_pkey PRIMARY KEY (product_id, category_id)
);
CREATE TABLE catalog.product_variants (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id integer NOT NULL REFERENCES catalog.products ON DELETE CASCADE,
    sku catalog.sku NOT NULL,
    gtin character varying(13) COLLATE "C",
    attributes jsonb DEFAULT '{}'::jsonb NOT NULL,
    weight_g integer,
    CONSTRAINT product_variants_sku_key UNIQUE (sku) WITH (fillfactor = 95),
    CONSTRAINT product_variants_gtin_valid CHECK (catalog.is_gtin(gtin::text))
);
ALTER TABLE catalog.product_variants
    ADD CONSTRAINT product_variants_weight_positive CHECK (weight_g > 0) NOT VALID;
CREATE TABLE catalog.price_lists (
    code text COLLATE "POSIX" PRIMARY KEY,
    currency public.currency_code REFERENCES public.currencies (code),
    codes catalog.code_range
);
CREATE TABLE catalog.prices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    price_list text COLLATE "POSIX" NOT NULL REFERENCES catalog.price_lists ON UPDATE CASCADE,
    variant_id integer NOT NULL REFERENCES catalog.product_variants ON DELETE CASCADE,
    valid tstzrange DEFAULT tstzrange(public.shop_now(), NULL) NOT NULL CHECK (NOT isempty(valid)),
    price public.amount,
    CONSTRAINT prices_no_overlap EXCLUDE USING gist (price_list WITH =, variant_id WITH =, valid WITH &&)
);
CREATE TABLE catalog.reviews (
    product_id integer NOT NULL REFERENCES catalog.products ON DELETE CASCADE,
    user_id bigint NOT NULL,
    stars smallint NOT NULL,
    body text,
    written_at timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    PRIMARY KEY (product_id, user_id),
    CONSTRAINT reviews_stars CHECK (stars BETWEEN 1 AND 5)
);
-- Reviews came from an older system; those of closed accounts have never been checked.
ALTER TABLE catalog.reviews ADD CONSTRAINT reviews_user_fkey
    FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE NO ACTION NOT VALID;
CREATE TABLE catalog.related_products (
    product_id integer NOT NULL REFERENCES catalog.products ON DELETE CASCADE,
    related_id integer NOT NULL REFERENCES catalog.products ON DELETE CASCADE,
    PRIMARY KEY (product_id, related_id),
    CHECK (product_id < related_id)
);

-- ---------------------------------------------------------------------------------------------------------
-- Inventory
-- ---------------------------------------------------------------------------------------------------------
CREATE TABLE inventory.warehouses (
    id smallint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    address public.address
);
CREATE TABLE inventory.opening_hours (
    warehouse_id smallint NOT NULL REFERENCES inventory.warehouses ON DELETE CASCADE,
    weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    hours inventory.time_range NOT NULL,
    CONSTRAINT opening_hours_no_overlap EXCLUDE USING gist (warehouse_id WITH =, weekday WITH =, hours WITH &&)
        DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE inventory.shelves (
    warehouse_id smallint NOT NULL REFERENCES inventory.warehouses ON UPDATE CASCADE ON DELETE CASCADE,
    code text COLLATE "C" NOT NULL,
    capacity integer DEFAULT 100 NOT NULL,
    PRIMARY KEY (warehouse_id, code)
);
CREATE TABLE inventory.stock_levels (
    variant_id integer NOT NULL REFERENCES catalog.product_variants,
    warehouse_id smallint NOT NULL,
    shelf_code text COLLATE "C" NOT NULL,
    on_hand integer DEFAULT 0 NOT NULL,
    reserved integer DEFAULT 0 NOT NULL,
    available integer GENERATED ALWAYS AS (on_hand - reserved) STORED,
    PRIMARY KEY (variant_id, warehouse_id, shelf_code),
    CONSTRAINT stock_levels_shelf_fkey FOREIGN KEY (warehouse_id, shelf_code)
        REFERENCES inventory.shelves (warehouse_id, code) ON UPDATE CASCADE ON DELETE RESTRICT,
    CONSTRAINT stock_levels_sane CHECK (on_hand >= 0 AND reserved >= 0 AND reserved <= on_hand)
) WITH (fillfactor = 70, autovacuum_vacuum_cost_delay = 5);
CREATE TABLE inventory.stock_movements (
    id bigint GENERATED ALWAYS AS IDENTITY,
    variant_id integer NOT NULL REFERENCES catalog.product_variants,
    warehouse_id smallint NOT NULL,
    shelf_code text COLLATE "C" NOT NULL,
    quantity integer NOT NULL CHECK (quantity <> 0),
    reason text,
    moved_at timestamptz DEFAULT public.shop_now() NOT NULL,
    CONSTRAINT stock_movements_pkey PRIMARY KEY (id) INCLUDE (variant_id),
    FOREIGN KEY (warehouse_id, shelf_code) REFERENCES inventory.shelves ON UPDATE CASCADE
);
CREATE TABLE inventory.suppliers (
    id integer GENERATED BY DEFAULT AS IDENTITY (START WITH 10 INCREMENT BY 10) PRIMARY KEY,
    name text COLLATE ucs_basic NOT NULL,
    contact public.email_address,
    contacts public.hstore,
    delivery_days int4range DEFAULT '[1,15)'::int4range NOT NULL
);
CREATE TABLE inventory.supplier_products (
    supplier_id integer NOT NULL REFERENCES inventory.suppliers ON DELETE CASCADE,
    variant_id integer NOT NULL REFERENCES catalog.product_variants ON DELETE CASCADE,
    supplier_code text,
    cost public.amount,
    PRIMARY KEY (supplier_id, variant_id),
    CONSTRAINT supplier_products_code_key UNIQUE NULLS NOT DISTINCT (supplier_id, supplier_code)
);
CREATE TABLE inventory.purchase_orders (
    id integer PRIMARY KEY,
    supplier_id integer NOT NULL REFERENCES inventory.suppliers,
    ordered_on date DEFAULT CURRENT_DATE NOT NULL,
    received_on date,
    CHECK (received_on >= ordered_on)
);
CREATE SEQUENCE inventory.po_counter AS integer START WITH 700 OWNED BY inventory.purchase_orders.id;
ALTER TABLE inventory.purchase_orders ALTER COLUMN id SET DEFAULT nextval('inventory.po_counter');
CREATE TABLE inventory.purchase_order_lines (
    purchase_order_id integer REFERENCES inventory.purchase_orders ON DELETE CASCADE,
    variant_id integer,
    supplier_id integer NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    cost numeric(10,4),
    PRIMARY KEY (purchase_order_id, variant_id),
    FOREIGN KEY (supplier_id, variant_id) REFERENCES inventory.supplier_products (supplier_id, variant_id)
);

-- ---------------------------------------------------------------------------------------------------------
-- Sales
-- ---------------------------------------------------------------------------------------------------------
CREATE TABLE sales.carts (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    user_id bigint REFERENCES public.users ON DELETE CASCADE,
    channel sales.channel DEFAULT 'web' NOT NULL,
    created_at timestamp without time zone DEFAULT LOCALTIMESTAMP NOT NULL
);
CREATE TABLE sales.cart_items (
    cart_id uuid NOT NULL REFERENCES sales.carts ON DELETE CASCADE,
    variant_id integer NOT NULL REFERENCES catalog.product_variants ON DELETE CASCADE,
    quantity smallint DEFAULT 1 NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (cart_id, variant_id)
);
CREATE TABLE sales.orders (
    id bigint DEFAULT nextval('sales.order_number_seq') NOT NULL,
    placed_at timestamptz DEFAULT public.shop_now() NOT NULL,
    user_id bigint NOT NULL,
    channel sales.channel DEFAULT 'web' NOT NULL,
    status sales.order_status DEFAULT 'open' NOT NULL,
    ship_to public.address,
    currency public.currency_code,
    total public.amount,
    discount public.amount,
    payable numeric(12,2) GENERATED ALWAYS AS (total - discount) STORED,
    updated_at timestamptz,
    CONSTRAINT orders_pkey PRIMARY KEY (id, placed_at),
    CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE RESTRICT,
    CONSTRAINT orders_discount_fits CHECK (discount::numeric <= total::numeric)
) PARTITION BY RANGE (placed_at);
CREATE TABLE sales.orders_2024_01 PARTITION OF sales.orders
    FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2024-02-01 00:00+00') WITH (fillfactor = 100);
CREATE TABLE sales.orders_2024_02 PARTITION OF sales.orders
    FOR VALUES FROM ('2024-02-01 00:00+00') TO ('2024-03-01 00:00+00') PARTITION BY HASH (id);
CREATE TABLE sales.orders_2024_02_h0 PARTITION OF sales.orders_2024_02 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE sales.orders_2024_02_h1 PARTITION OF sales.orders_2024_02 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE sales.orders_default PARTITION OF sales.orders DEFAULT;
-- March was loaded beside the others and attached afterwards.
CREATE TABLE sales.orders_2024_03 (
    LIKE sales.orders INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS,
    CONSTRAINT orders_2024_03_bounds CHECK (placed_at >= '2024-03-01 00:00+00' AND placed_at < '2024-04-01 00:00+00')
);
ALTER TABLE sales.orders_2024_03 ALTER COLUMN channel SET DEFAULT 'app';
ALTER TABLE sales.orders ATTACH PARTITION sales.orders_2024_03
    FOR VALUES FROM ('2024-03-01 00:00+00') TO ('2024-04-01 00:00+00');

CREATE TABLE sales.order_items (
    order_id bigint NOT NULL,
    placed_at timestamptz NOT NULL,
    line_no smallint NOT NULL,
    variant_id integer NOT NULL REFERENCES catalog.product_variants ON DELETE RESTRICT,
    quantity integer DEFAULT 1 NOT NULL CHECK (quantity > 0),
    unit_price public.amount,
    line_total numeric(14,2) GENERATED ALWAYS AS (quantity * unit_price::numeric) STORED,
    PRIMARY KEY (order_id, placed_at, line_no),
    CONSTRAINT order_items_order_fkey FOREIGN KEY (order_id, placed_at)
        REFERENCES sales.orders (id, placed_at) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE sales.order_events (
    id bigint NOT NULL,
    event_at timestamptz DEFAULT public.shop_now() NOT NULL,
    kind sales.event_kind NOT NULL,
    order_id bigint NOT NULL,
    order_placed_at timestamptz NOT NULL,
    data jsonb DEFAULT '{}' NOT NULL,
    PRIMARY KEY (id, event_at, kind),
    CONSTRAINT order_events_order_fkey FOREIGN KEY (order_id, order_placed_at) REFERENCES sales.orders ON DELETE CASCADE
) PARTITION BY RANGE (event_at);
CREATE SEQUENCE sales.order_events_id_seq OWNED BY sales.order_events.id;
ALTER TABLE sales.order_events ALTER COLUMN id SET DEFAULT nextval('sales.order_events_id_seq');
CREATE TABLE sales.order_events_q1 PARTITION OF sales.order_events
    FOR VALUES FROM (MINVALUE) TO ('2024-04-01 00:00+00') PARTITION BY LIST (kind);
CREATE TABLE sales.order_events_q1_status PARTITION OF sales.order_events_q1 FOR VALUES IN ('status');
CREATE TABLE sales.order_events_q1_other PARTITION OF sales.order_events_q1 FOR VALUES IN ('payment', 'message');
CREATE TABLE sales.order_events_later PARTITION OF sales.order_events DEFAULT;

CREATE TABLE sales.payments (
    transaction_no bigint DEFAULT nextval('sales.transaction_number_seq') PRIMARY KEY,
    order_id bigint NOT NULL,
    order_placed_at timestamptz NOT NULL,
    value sales.money_value NOT NULL,
    method character varying(20) DEFAULT 'card' NOT NULL,
    paid_at timestamptz DEFAULT public.shop_now() NOT NULL,
    FOREIGN KEY (order_id, order_placed_at) REFERENCES sales.orders (id, placed_at) ON UPDATE CASCADE
);
CREATE TABLE sales.refunds (
    transaction_no bigint DEFAULT nextval('sales.transaction_number_seq') PRIMARY KEY,
    payment_no bigint NOT NULL REFERENCES sales.payments DEFERRABLE INITIALLY DEFERRED,
    amount public.amount,
    reason text
);
CREATE TABLE sales.vouchers (
    code public.citext PRIMARY KEY,
    discount sales.discount,
    valid daterange NOT NULL,
    channels sales.channel[] DEFAULT ARRAY['web', 'app']::sales.channel[] NOT NULL,
    EXCLUDE USING gist ((code::text) WITH =, valid WITH &&) WHERE (discount::numeric > 0)
);
CREATE TABLE sales.shipments (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL,
    order_placed_at timestamptz NOT NULL,
    warehouse_id smallint REFERENCES inventory.warehouses ON DELETE SET NULL,
    tracking_code text,
    shipped_at timestamptz,
    travel_time interval DAY TO SECOND,
    FOREIGN KEY (order_id, order_placed_at) REFERENCES sales.orders ON DELETE CASCADE,
    CONSTRAINT shipments_tracking_key UNIQUE (tracking_code) DEFERRABLE INITIALLY DEFERRED
);
-- Documents: classic inheritance. Plain documents are of kind "other"; invoices and credit notes are not.
CREATE TABLE sales.documents (
    number integer DEFAULT nextval('sales.document_number_seq') PRIMARY KEY,
    kind text DEFAULT 'other' NOT NULL,
    issued_on date NOT NULL,
    body text,
    CONSTRAINT documents_kind_other CHECK (kind = 'other') NO INHERIT,
    CONSTRAINT documents_issued_after CHECK (issued_on >= DATE '2020-01-01')
);
CREATE TABLE sales.invoices (
    order_id bigint NOT NULL,
    order_placed_at timestamptz NOT NULL,
    net public.amount,
    PRIMARY KEY (number),
    FOREIGN KEY (order_id, order_placed_at) REFERENCES sales.orders,
    CONSTRAINT invoices_kind CHECK (kind = 'invoice')
) INHERITS (sales.documents);
ALTER TABLE sales.invoices ALTER COLUMN kind SET DEFAULT 'invoice';
CREATE TABLE sales.credit_notes (
    invoice_number integer NOT NULL REFERENCES sales.invoices (number),
    PRIMARY KEY (number)
) INHERITS (sales.documents);
ALTER TABLE sales.credit_notes ALTER COLUMN kind SET DEFAULT 'credit note';
-- Notes that staff write on orders; the names come from a spreadsheet.
CREATE TABLE sales."Order Note" (
    "ID" integer GENERATED ALWAYS AS IDENTITY,
    "Order No" bigint NOT NULL,
    "select" text,
    "Written ""by""" text DEFAULT 'nobody''s' NOT NULL,
    written_on date,
    CONSTRAINT "Order Note PK" PRIMARY KEY ("ID"),
    CONSTRAINT "Note isn't empty" CHECK ("select" <> '')
);

-- ---------------------------------------------------------------------------------------------------------
-- Support and legacy import
-- ---------------------------------------------------------------------------------------------------------
CREATE TABLE support.tickets (
    id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES public.users ON DELETE CASCADE,
    order_id bigint,
    order_placed_at timestamptz,
    priority support.priority DEFAULT 'normal' NOT NULL,
    desk smallint DEFAULT nextval('support.desk_seq') NOT NULL,
    subject text NOT NULL,
    closed boolean DEFAULT false NOT NULL,
    -- a ticket is about an order or about none, never about half of its key
    CONSTRAINT tickets_order_fkey FOREIGN KEY (order_id, order_placed_at) REFERENCES sales.orders (id, placed_at)
        MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL
);
CREATE TABLE support.ticket_messages (
    ticket_id integer NOT NULL REFERENCES support.tickets ON DELETE CASCADE,
    message_no integer NOT NULL,
    author bigint REFERENCES public.users ON DELETE SET NULL,
    body text COLLATE "default" NOT NULL,
    attachments bytea[],
    sent_at timestamptz DEFAULT public.shop_now() NOT NULL,
    PRIMARY KEY (ticket_id, message_no)
);
CREATE TABLE "Legacy Import"."Customer" (
    "CustNo" numeric(10,0) PRIMARY KEY,
    "Name 1" character varying(60),
    "Country" character(2),
    "order" integer DEFAULT 0 NOT NULL,
    imported boolean DEFAULT false NOT NULL,
    user_id bigint
);
ALTER TABLE "Legacy Import"."Customer"
    ADD CONSTRAINT "Customer->Country" FOREIGN KEY ("Country") REFERENCES public.countries (code) NOT VALID,
    ADD CONSTRAINT "Customer->User" FOREIGN KEY (user_id) REFERENCES public.users ON DELETE SET NULL;

-- ---------------------------------------------------------------------------------------------------------
-- Indexes
-- ---------------------------------------------------------------------------------------------------------
CREATE INDEX users_created_at_idx ON public.users (created_at DESC NULLS LAST);
CREATE INDEX users_name_trgm_idx ON public.users USING gin (full_name extensions.gin_trgm_ops);
CREATE INDEX users_settings_idx ON public.users USING gin (settings);
CREATE INDEX users_referred_by_idx ON public.users (referred_by) WHERE referred_by IS NOT NULL;
CREATE UNIQUE INDEX user_addresses_one_default_idx ON public.user_addresses (user_id) WHERE is_default;
CREATE INDEX user_addresses_city_idx ON public.user_addresses (((address).city), ((address).postal_code) COLLATE "POSIX");
CREATE INDEX user_sessions_user_idx ON public.user_sessions USING hash (user_id) WITH (fillfactor = 60);
CREATE INDEX user_sessions_client_idx ON public.user_sessions USING gist (client inet_ops);
CREATE INDEX change_log_time_idx ON audit.change_log USING brin (changed_at) WITH (pages_per_range = 16, autosummarize = on);
CREATE UNIQUE INDEX products_slug_idx ON catalog.products (slug) INCLUDE (name, published_on) WITH (fillfactor = 85);
CREATE INDEX products_name_pattern_idx ON catalog.products (name text_pattern_ops);
CREATE INDEX products_name_c_idx ON catalog.products (name COLLATE "C" DESC);
CREATE INDEX products_search_key_idx ON catalog.products (catalog.search_key(name), (coalesce(brand_id, 0)));
CREATE INDEX products_name_gist_idx ON catalog.products USING gist (name extensions.gist_trgm_ops (siglen = 32));
CREATE INDEX products_search_idx ON catalog.products USING gin (search) WITH (fastupdate = off);
CREATE INDEX products_tags_idx ON catalog.products USING gin (tags);
CREATE INDEX products_price_band_idx ON catalog.products USING gist (price_band);
CREATE INDEX product_variants_attributes_idx ON catalog.product_variants USING gin (attributes jsonb_path_ops);
CREATE UNIQUE INDEX product_variants_gtin_idx ON catalog.product_variants (lower(gtin::text)) WHERE gtin IS NOT NULL;
CREATE INDEX prices_current_idx ON catalog.prices (variant_id, lower(valid) DESC NULLS LAST, price) WHERE upper_inf(valid);
CREATE UNIQUE INDEX suppliers_name_idx ON inventory.suppliers (lower(name) COLLATE "C", contact) NULLS NOT DISTINCT;
CREATE INDEX stock_movements_by_variant_idx ON inventory.stock_movements (variant_id, moved_at);
CREATE INDEX stock_movements_time_idx ON inventory.stock_movements USING brin (moved_at timestamptz_minmax_multi_ops);
CREATE INDEX orders_user_idx ON sales.orders (user_id, placed_at DESC);
CREATE INDEX orders_day_idx ON sales.orders (((placed_at AT TIME ZONE 'UTC')::date)) WHERE status <> 'cancelled';
CREATE INDEX orders_2024_01_channel_idx ON sales.orders_2024_01 (channel);
CREATE INDEX "Order Note ""No"" idx" ON sales."Order Note" ("Order No", lower("select"));
-- The index on order_events was built partition by partition and attached.
CREATE INDEX order_events_order_idx ON ONLY sales.order_events (order_id);
CREATE INDEX order_events_q1_order_idx ON sales.order_events_q1 (order_id);
CREATE INDEX events_later_by_order ON sales.order_events_later (order_id);
ALTER INDEX sales.order_events_order_idx ATTACH PARTITION sales.order_events_q1_order_idx;
ALTER INDEX sales.order_events_order_idx ATTACH PARTITION sales.events_later_by_order;
ALTER INDEX catalog.products_search_key_idx ALTER COLUMN 2 SET STATISTICS 250;
ALTER TABLE inventory.stock_movements CLUSTER ON stock_movements_by_variant_idx;

-- ---------------------------------------------------------------------------------------------------------
-- Views
-- ---------------------------------------------------------------------------------------------------------
CREATE VIEW public.active_users AS
    SELECT id, username, email, full_name, status, newsletter, country, created_at FROM public.users WHERE status = 'active'
    WITH LOCAL CHECK OPTION;
ALTER VIEW public.active_users ALTER COLUMN status SET DEFAULT 'active';
CREATE VIEW public.newsletter_readers (user_id, email, since) AS
    SELECT id, email, created_at FROM public.active_users WHERE newsletter
    WITH CASCADED CHECK OPTION;
CREATE VIEW catalog.product_listing AS
    SELECT v.id AS variant_id, v.sku, p.name AS product, b.name AS brand, i.url AS cover, c.price
    FROM catalog.product_variants v
    JOIN catalog.products p ON p.id = v.product_id
    LEFT JOIN catalog.brands b ON b.id = p.brand_id
    LEFT JOIN catalog.product_images i ON i.product_id = p.id AND i.id = p.cover_image_id
    LEFT JOIN catalog.prices c ON c.variant_id = v.id AND c.price_list = 'retail' AND c.valid @> public.shop_now();
CREATE RECURSIVE VIEW catalog.category_tree (id, depth, path) AS
    SELECT c.id, 1, ARRAY[c.name] FROM catalog.categories c WHERE c.parent_id IS NULL
    UNION ALL
    SELECT c.id, t.depth + 1, t.path || c.name
    FROM catalog.categories c JOIN category_tree t ON c.parent_id = t.id;
-- Grouped by the primary key: the view depends on the constraint.
CREATE VIEW sales.customer_orders AS
    SELECT u.id AS user_id, u.username, u.country, count(o.id) AS orders, coalesce(sum(o.payable), 0) AS revenue,
           max(o.placed_at) AS last_order
    FROM public.users u LEFT JOIN sales.orders o ON o.user_id = u.id AND o.status <> 'cancelled'
    GROUP BY u.id;
CREATE VIEW sales.good_customers WITH (security_invoker = true) AS
    SELECT c.*, rank() OVER (PARTITION BY c.country ORDER BY c.revenue DESC, c.user_id) AS rank_in_country
    FROM sales.customer_orders c WHERE c.orders > 0;
CREATE VIEW support.open_tickets WITH (security_barrier = true) AS
    SELECT t.id, t.priority, t.subject, u.username, (SELECT count(*) FROM support.ticket_messages m WHERE m.ticket_id = t.id) AS messages
    FROM support.tickets t JOIN public.users u ON u.id = t.user_id WHERE NOT t.closed;
CREATE VIEW "Legacy Import"."Customers to ""merge""" AS
    SELECT "CustNo", "Name 1" AS "Full Name", "order" + 1 AS "select" FROM "Legacy Import"."Customer" WHERE NOT imported;

CREATE MATERIALIZED VIEW reporting.product_sales WITH (autovacuum_enabled = true, fillfactor = 95) AS
    SELECT p.id AS product_id, p.name, date_trunc('month', i.placed_at AT TIME ZONE 'UTC')::date AS month,
           sum(i.quantity) AS units, sum(i.line_total) AS revenue
    FROM sales.order_items i
    JOIN catalog.product_variants v ON v.id = i.variant_id
    JOIN catalog.products p ON p.id = v.product_id
    GROUP BY p.id, p.name, date_trunc('month', i.placed_at AT TIME ZONE 'UTC');
CREATE UNIQUE INDEX product_sales_key ON reporting.product_sales (product_id, month);
CREATE INDEX product_sales_revenue_idx ON reporting.product_sales (revenue DESC NULLS LAST);
CREATE MATERIALIZED VIEW reporting.country_revenue AS
    SELECT country, count(*) AS customers, sum(revenue) AS revenue FROM sales.customer_orders WHERE orders > 0 GROUP BY country;
CREATE UNIQUE INDEX country_revenue_key ON reporting.country_revenue (country) NULLS NOT DISTINCT;
CREATE MATERIALIZED VIEW reporting.best_sellers AS
    SELECT DISTINCT ON (month) month, product_id, name, units FROM reporting.product_sales
    ORDER BY month, units DESC, product_id
    WITH NO DATA;
CREATE VIEW reporting.dashboard AS
    SELECT b.month, b.name AS best_seller, sum(s.revenue) AS revenue
    FROM reporting.best_sellers b JOIN reporting.product_sales s USING (month) GROUP BY b.month, b.name;

-- ---------------------------------------------------------------------------------------------------------
-- Functions and procedures
-- ---------------------------------------------------------------------------------------------------------
CREATE FUNCTION public.display_name(u public.users) RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT coalesce(nullif(u.full_name, ''), u.username::text) $$;
CREATE FUNCTION public.password_matches(login text, hash text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT EXISTS (SELECT FROM public.users u WHERE lower(u.username::text) = lower(login) AND u.password_hash = hash) $$;
CREATE FUNCTION public.first_given(VARIADIC candidates anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE
    AS $$ SELECT c FROM unnest(candidates) WITH ORDINALITY AS u (c, n) WHERE c IS NOT NULL ORDER BY n LIMIT 1 $$;
CREATE FUNCTION catalog.cheapest(VARIADIC prices numeric[] DEFAULT '{}') RETURNS numeric LANGUAGE sql IMMUTABLE
    AS $$ SELECT min(p) FROM unnest(prices) AS p $$;
CREATE FUNCTION catalog.search_products(term text, max_rows integer DEFAULT 20, OUT id integer, OUT name text, OUT brand text)
    RETURNS SETOF record LANGUAGE sql STABLE ROWS 20
    AS $$
    SELECT p.id, p.name, b.name FROM catalog.products p LEFT JOIN catalog.brands b ON b.id = p.brand_id
    WHERE p.search @@ plainto_tsquery('simple', term) ORDER BY p.id LIMIT max_rows
$$;
CREATE FUNCTION catalog.price_history(variant integer, list text DEFAULT 'retail')
    RETURNS TABLE (since timestamptz, until timestamptz, price numeric) LANGUAGE plpgsql STABLE ROWS 5 SET search_path FROM CURRENT
    AS $$
BEGIN
    RETURN QUERY SELECT lower(p.valid), upper(p.valid), p.price::numeric FROM catalog.prices p
        WHERE p.variant_id = variant AND p.price_list = list ORDER BY lower(p.valid);
END
$$;
ALTER FUNCTION catalog.price_history(integer, text) SET search_path = pg_catalog, pg_temp;
CREATE FUNCTION inventory.in_stock(variant integer, warehouse smallint DEFAULT NULL) RETURNS bigint
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(sum(s.available), 0) FROM inventory.stock_levels s
    WHERE s.variant_id = in_stock.variant AND (warehouse IS NULL OR s.warehouse_id = warehouse);
END;
CREATE FUNCTION sales.net(gross numeric, rate numeric DEFAULT 0.19) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN round(gross / (1 + rate), 2);
-- The same name for an amount with its currency.
CREATE FUNCTION sales.net(gross sales.money_value, rate numeric DEFAULT 0.19) RETURNS sales.money_value
    LANGUAGE sql IMMUTABLE
    RETURN ROW(sales.net((gross).amount::numeric, rate), (gross).currency)::sales.money_value;
CREATE FUNCTION sales.open_amount(o sales.orders) RETURNS numeric LANGUAGE sql STABLE
    AS $$ SELECT o.payable - coalesce(sum((p.value).amount), 0) FROM sales.payments p WHERE p.order_id = o.id $$;
CREATE FUNCTION sales.orders_of(customer bigint, since timestamptz DEFAULT '-infinity') RETURNS SETOF sales.orders
    LANGUAGE sql STABLE
    AS $$ SELECT * FROM sales.orders o WHERE o.user_id = customer AND o.placed_at >= since ORDER BY o.placed_at, o.id $$;
CREATE FUNCTION sales."Notes of"("Order" bigint) RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT string_agg("select", E'\n' ORDER BY "ID") FROM sales."Order Note" WHERE "Order No" = "Order" $$;

CREATE PROCEDURE inventory.receive(IN purchase_order integer, IN shelf text, IN received date DEFAULT CURRENT_DATE)
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO inventory.stock_movements (variant_id, warehouse_id, shelf_code, quantity, reason)
        SELECT l.variant_id, 1, shelf, l.quantity, 'purchase order ' || purchase_order
        FROM inventory.purchase_order_lines l WHERE l.purchase_order_id = purchase_order ORDER BY l.variant_id;
    UPDATE inventory.purchase_orders SET received_on = received WHERE id = purchase_order;
END
$$;
CREATE PROCEDURE sales.pay(order_number bigint, method text, INOUT transaction_no bigint DEFAULT NULL)
    LANGUAGE plpgsql
    AS $$
DECLARE
    o sales.orders;
BEGIN
    SELECT * INTO STRICT o FROM sales.orders WHERE id = order_number;
    INSERT INTO sales.payments (order_id, order_placed_at, value, method)
        VALUES (o.id, o.placed_at, ROW(sales.open_amount(o), o.currency)::sales.money_value, pay.method)
        RETURNING payments.transaction_no INTO transaction_no;
    UPDATE sales.orders SET status = 'paid' WHERE id = o.id AND placed_at = o.placed_at;
END
$$;
CREATE PROCEDURE reporting.refresh() LANGUAGE sql
    AS $$
    REFRESH MATERIALIZED VIEW reporting.product_sales;
    REFRESH MATERIALIZED VIEW reporting.country_revenue;
    REFRESH MATERIALIZED VIEW reporting.best_sellers;
$$;

-- ---------------------------------------------------------------------------------------------------------
-- Triggers
-- ---------------------------------------------------------------------------------------------------------
CREATE FUNCTION audit.record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
BEGIN
    -- the first argument of the trigger names the key column, an inserted row is in the table anyway
    INSERT INTO audit.change_log (table_name, operation, row_key, old_row, new_row)
    VALUES (TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, TG_OP, coalesce(new_row, old_row) ->> TG_ARGV[0],
            old_row, CASE WHEN TG_OP = 'UPDATE' THEN new_row END);
    RETURN NULL;
END
$$;
CREATE TRIGGER users_audit AFTER INSERT OR UPDATE OR DELETE ON public.users
    FOR EACH ROW EXECUTE FUNCTION audit.record('id');
CREATE TRIGGER prices_audit AFTER UPDATE OR DELETE ON catalog.prices
    FOR EACH ROW EXECUTE FUNCTION audit.record('id', 'it''s a price');
ALTER TABLE catalog.prices ENABLE ALWAYS TRIGGER prices_audit;

CREATE FUNCTION public.tidy_user() RETURNS trigger LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.username := btrim(NEW.username::text);
    NEW.email := lower(NEW.email::text);
    RETURN NEW;
END
$$;
CREATE TRIGGER users_tidy BEFORE INSERT OR UPDATE OF username, email ON public.users
    FOR EACH ROW EXECUTE FUNCTION public.tidy_user();

CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := public.shop_now();
    RETURN NEW;
END
$$;
CREATE TRIGGER products_touch BEFORE UPDATE ON catalog.products FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.description IS DISTINCT FROM NEW.description)
    EXECUTE FUNCTION public.touch();
CREATE TRIGGER orders_touch BEFORE INSERT OR UPDATE ON sales.orders FOR EACH ROW EXECUTE FUNCTION public.touch();

CREATE FUNCTION catalog.announce() RETURNS trigger LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('catalog', TG_TABLE_NAME);
    RETURN NULL;
END
$$;
-- Off until the search service listens.
CREATE TRIGGER products_announce AFTER INSERT OR UPDATE OR DELETE ON catalog.products
    FOR EACH STATEMENT EXECUTE FUNCTION catalog.announce();
ALTER TABLE catalog.products DISABLE TRIGGER products_announce;

CREATE FUNCTION catalog.change_listed_price() RETURNS trigger LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE catalog.prices SET valid = tstzrange(lower(valid), public.shop_now())
        WHERE variant_id = OLD.variant_id AND price_list = 'retail' AND valid @> public.shop_now();
    INSERT INTO catalog.prices (price_list, variant_id, price) VALUES ('retail', OLD.variant_id, NEW.price);
    RETURN NEW;
END
$$;
CREATE TRIGGER product_listing_update INSTEAD OF UPDATE ON catalog.product_listing
    FOR EACH ROW EXECUTE FUNCTION catalog.change_listed_price();

CREATE FUNCTION inventory.book_movement() RETURNS trigger LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO inventory.stock_levels AS s (variant_id, warehouse_id, shelf_code, on_hand)
        VALUES (NEW.variant_id, NEW.warehouse_id, NEW.shelf_code, NEW.quantity)
        ON CONFLICT (variant_id, warehouse_id, shelf_code) DO UPDATE SET on_hand = s.on_hand + excluded.on_hand;
    RETURN NULL;
END
$$;
CREATE TRIGGER stock_movements_book AFTER INSERT ON inventory.stock_movements
    FOR EACH ROW EXECUTE FUNCTION inventory.book_movement();

CREATE FUNCTION inventory.require_lines() RETURNS trigger LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM inventory.purchase_order_lines WHERE purchase_order_id = NEW.id) THEN
        RAISE EXCEPTION 'purchase order % has no lines', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER purchase_orders_have_lines AFTER INSERT OR UPDATE OF id ON inventory.purchase_orders
    FROM inventory.purchase_order_lines DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION inventory.require_lines();

CREATE FUNCTION sales.log_status() RETURNS trigger LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO sales.order_events (kind, order_id, order_placed_at, data)
        VALUES ('status', NEW.id, NEW.placed_at, jsonb_build_object('from', OLD.status, 'to', NEW.status));
    RETURN NULL;
END
$$;
CREATE TRIGGER orders_log_status AFTER UPDATE OF status ON sales.orders FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION sales.log_status();

CREATE FUNCTION sales.sum_orders() RETURNS trigger LANGUAGE plpgsql
    AS $$
DECLARE
    o record;
BEGIN
    FOR o IN SELECT DISTINCT order_id, placed_at FROM changed ORDER BY placed_at, order_id LOOP
        UPDATE sales.orders SET total = (SELECT coalesce(sum(line_total), 0) FROM sales.order_items i
                WHERE i.order_id = o.order_id AND i.placed_at = o.placed_at)
            WHERE id = o.order_id AND placed_at = o.placed_at;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER order_items_sum_insert AFTER INSERT ON sales.order_items
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sales.sum_orders();
CREATE TRIGGER order_items_sum_update AFTER UPDATE ON sales.order_items
    REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sales.sum_orders();

CREATE FUNCTION sales.keep_books() RETURNS trigger LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'payments are never removed' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER "payments stay" BEFORE DELETE OR TRUNCATE ON sales.payments
    FOR EACH STATEMENT EXECUTE FUNCTION sales.keep_books();

-- ---------------------------------------------------------------------------------------------------------
-- Comments
-- ---------------------------------------------------------------------------------------------------------
COMMENT ON SCHEMA sales IS 'Carts, orders, payments, documents';
COMMENT ON SCHEMA "Legacy Import" IS 'As it came from the old system, names included';
COMMENT ON EXTENSION hstore IS 'used for the settings of users';
COMMENT ON TYPE sales.order_status IS 'The life of an order';
COMMENT ON TYPE public.address IS 'A postal address';
COMMENT ON COLUMN public.address.country IS 'ISO 3166-1 alpha-2';
COMMENT ON TYPE inventory.time_range IS 'A span of hours within one day';
COMMENT ON DOMAIN catalog.sku IS 'Stock keeping unit';
COMMENT ON CONSTRAINT sku_form ON DOMAIN catalog.sku IS 'Brand letters, digits, an optional suffix: AB-1234-XL';
COMMENT ON SEQUENCE sales.transaction_number_seq IS 'Shared by payments and refunds';
COMMENT ON TABLE public.users IS 'Everyone who can log in';
COMMENT ON COLUMN public.users.email IS 'Lower-cased by trigger "users_tidy"; see the domain''s checks';
COMMENT ON COLUMN public.users.settings IS E'Free settings,\none per key (e.g. theme => dark), naïve but handy';
COMMENT ON TABLE sales.orders IS 'Partitioned by month, busy months by hash too';
COMMENT ON TABLE sales.orders_2024_03 IS 'Loaded from the old system, then attached';
COMMENT ON COLUMN sales."Order Note"."select" IS 'The note; the column really is called "select"';
COMMENT ON CONSTRAINT prices_no_overlap ON catalog.prices IS 'One price at a time in each list';
COMMENT ON CONSTRAINT tickets_order_fkey ON support.tickets IS 'Both columns or neither';
COMMENT ON CONSTRAINT orders_pkey ON sales.orders IS 'Holds the partition key';
COMMENT ON INDEX catalog.products_search_key_idx IS 'For look-ups by name without regard to case and spaces';
COMMENT ON INDEX sales.orders_user_idx IS 'A customer''s orders, newest first';
COMMENT ON VIEW catalog.product_listing IS 'What the shop window shows; its price can be updated';
COMMENT ON COLUMN catalog.product_listing.price IS 'Now valid in list "retail"';
COMMENT ON MATERIALIZED VIEW reporting.product_sales IS 'Refreshed at night';
COMMENT ON COLUMN reporting.product_sales.units IS 'Sold in the month';
COMMENT ON FUNCTION sales.net(numeric, numeric) IS 'Price without tax';
COMMENT ON FUNCTION catalog.search_products(text, integer) IS 'Full text search by all words';
COMMENT ON FUNCTION catalog.cheapest(VARIADIC numeric[]) IS 'The least of its arguments';
COMMENT ON PROCEDURE sales.pay(bigint, text, bigint) IS 'Pays what is open of an order';
COMMENT ON TRIGGER orders_log_status ON sales.orders IS 'Fills order_events';
COMMENT ON TRIGGER product_listing_update ON catalog.product_listing IS 'A new price ends the old one';

-- ---------------------------------------------------------------------------------------------------------
-- Owners: the shop's own objects belong to shop_owner, the reports to shop_report
-- ---------------------------------------------------------------------------------------------------------
ALTER SCHEMA extensions OWNER TO shop_owner;
ALTER SCHEMA audit OWNER TO shop_owner;
ALTER SCHEMA catalog OWNER TO shop_owner;
ALTER SCHEMA inventory OWNER TO shop_owner;
ALTER SCHEMA sales OWNER TO shop_owner;
ALTER SCHEMA support OWNER TO shop_owner;
ALTER SCHEMA reporting OWNER TO shop_report;
ALTER SCHEMA "Legacy Import" OWNER TO shop_owner;
ALTER TYPE catalog.code_range OWNER TO shop_owner;
ALTER TYPE catalog.dimensions OWNER TO shop_owner;
ALTER TYPE catalog.price_band OWNER TO shop_owner;
ALTER DOMAIN catalog.sku OWNER TO shop_owner;
ALTER DOMAIN catalog.tag_list OWNER TO shop_owner;
ALTER TYPE inventory.time_range OWNER TO shop_owner;
ALTER TYPE public.address OWNER TO shop_owner;
ALTER DOMAIN public.amount OWNER TO shop_owner;
ALTER DOMAIN public.currency_code OWNER TO shop_owner;
ALTER DOMAIN public.email_address OWNER TO shop_owner;
ALTER TYPE public.user_role OWNER TO shop_owner;
ALTER TYPE public.user_status OWNER TO shop_owner;
ALTER TYPE sales.channel OWNER TO shop_owner;
ALTER DOMAIN sales.discount OWNER TO shop_owner;
ALTER TYPE sales.event_kind OWNER TO shop_owner;
ALTER TYPE sales.money_value OWNER TO shop_owner;
ALTER TYPE sales.order_status OWNER TO shop_owner;
ALTER DOMAIN sales.percentage OWNER TO shop_owner;
ALTER TYPE support.priority OWNER TO shop_owner;
ALTER SEQUENCE sales.document_number_seq OWNER TO shop_owner;
ALTER SEQUENCE sales.order_number_seq OWNER TO shop_owner;
ALTER SEQUENCE sales.transaction_number_seq OWNER TO shop_owner;
ALTER SEQUENCE support.desk_seq OWNER TO shop_owner;
ALTER TABLE "Legacy Import"."Customer" OWNER TO shop_owner;
ALTER TABLE audit.change_log OWNER TO shop_owner;
ALTER TABLE catalog.brands OWNER TO shop_owner;
ALTER TABLE catalog.categories OWNER TO shop_owner;
ALTER TABLE catalog.price_lists OWNER TO shop_owner;
ALTER TABLE catalog.prices OWNER TO shop_owner;
ALTER TABLE catalog.product_categories OWNER TO shop_owner;
ALTER TABLE catalog.product_images OWNER TO shop_owner;
ALTER TABLE catalog.product_variants OWNER TO shop_owner;
ALTER TABLE catalog.products OWNER TO shop_owner;
ALTER TABLE catalog.related_products OWNER TO shop_owner;
ALTER TABLE catalog.reviews OWNER TO shop_owner;
ALTER TABLE inventory.opening_hours OWNER TO shop_owner;
ALTER TABLE inventory.purchase_order_lines OWNER TO shop_owner;
ALTER TABLE inventory.purchase_orders OWNER TO shop_owner;
ALTER TABLE inventory.shelves OWNER TO shop_owner;
ALTER TABLE inventory.stock_levels OWNER TO shop_owner;
ALTER TABLE inventory.stock_movements OWNER TO shop_owner;
ALTER TABLE inventory.supplier_products OWNER TO shop_owner;
ALTER TABLE inventory.suppliers OWNER TO shop_owner;
ALTER TABLE inventory.warehouses OWNER TO shop_owner;
ALTER TABLE public.countries OWNER TO shop_owner;
ALTER TABLE public.currencies OWNER TO shop_owner;
ALTER TABLE public.user_addresses OWNER TO shop_owner;
ALTER TABLE public.user_roles OWNER TO shop_owner;
ALTER TABLE public.user_sessions OWNER TO shop_owner;
ALTER TABLE public.users OWNER TO shop_owner;
ALTER TABLE sales."Order Note" OWNER TO shop_owner;
ALTER TABLE sales.cart_items OWNER TO shop_owner;
ALTER TABLE sales.carts OWNER TO shop_owner;
ALTER TABLE sales.credit_notes OWNER TO shop_owner;
ALTER TABLE sales.documents OWNER TO shop_owner;
ALTER TABLE sales.invoices OWNER TO shop_owner;
ALTER TABLE sales.order_events OWNER TO shop_owner;
ALTER TABLE sales.order_events_later OWNER TO shop_owner;
ALTER TABLE sales.order_events_q1 OWNER TO shop_owner;
ALTER TABLE sales.order_events_q1_other OWNER TO shop_owner;
ALTER TABLE sales.order_events_q1_status OWNER TO shop_owner;
ALTER TABLE sales.order_items OWNER TO shop_owner;
ALTER TABLE sales.orders OWNER TO shop_owner;
ALTER TABLE sales.orders_2024_01 OWNER TO shop_owner;
ALTER TABLE sales.orders_2024_02 OWNER TO shop_owner;
ALTER TABLE sales.orders_2024_02_h0 OWNER TO shop_owner;
ALTER TABLE sales.orders_2024_02_h1 OWNER TO shop_owner;
ALTER TABLE sales.orders_2024_03 OWNER TO shop_owner;
ALTER TABLE sales.orders_default OWNER TO shop_owner;
ALTER TABLE sales.payments OWNER TO shop_owner;
ALTER TABLE sales.refunds OWNER TO shop_owner;
ALTER TABLE sales.shipments OWNER TO shop_owner;
ALTER TABLE sales.vouchers OWNER TO shop_owner;
ALTER TABLE support.ticket_messages OWNER TO shop_owner;
ALTER TABLE support.tickets OWNER TO shop_owner;
ALTER VIEW "Legacy Import"."Customers to ""merge""" OWNER TO shop_owner;
ALTER VIEW catalog.category_tree OWNER TO shop_owner;
ALTER VIEW catalog.product_listing OWNER TO shop_owner;
ALTER VIEW public.active_users OWNER TO shop_owner;
ALTER VIEW public.newsletter_readers OWNER TO shop_owner;
ALTER MATERIALIZED VIEW reporting.best_sellers OWNER TO shop_report;
ALTER MATERIALIZED VIEW reporting.country_revenue OWNER TO shop_report;
ALTER VIEW reporting.dashboard OWNER TO shop_report;
ALTER MATERIALIZED VIEW reporting.product_sales OWNER TO shop_report;
ALTER VIEW sales.customer_orders OWNER TO shop_owner;
ALTER VIEW sales.good_customers OWNER TO shop_owner;
ALTER VIEW support.open_tickets OWNER TO shop_owner;
ALTER FUNCTION audit.record() OWNER TO shop_owner;
ALTER FUNCTION catalog.announce() OWNER TO shop_owner;
ALTER FUNCTION catalog.change_listed_price() OWNER TO shop_owner;
ALTER FUNCTION catalog.cheapest(numeric[]) OWNER TO shop_owner;
ALTER FUNCTION catalog.is_gtin(text) OWNER TO shop_owner;
ALTER FUNCTION catalog.price_history(integer, text) OWNER TO shop_owner;
ALTER FUNCTION catalog.search_key(text) OWNER TO shop_owner;
ALTER FUNCTION catalog.search_products(text, integer) OWNER TO shop_owner;
ALTER FUNCTION catalog.slugify(text) OWNER TO shop_owner;
ALTER FUNCTION inventory.book_movement() OWNER TO shop_owner;
ALTER FUNCTION inventory.in_stock(integer, smallint) OWNER TO shop_owner;
ALTER PROCEDURE inventory.receive(integer, text, date) OWNER TO shop_owner;
ALTER FUNCTION inventory.require_lines() OWNER TO shop_owner;
ALTER FUNCTION inventory.time_difference(time, time) OWNER TO shop_owner;
ALTER FUNCTION public.display_name(public.users) OWNER TO shop_owner;
ALTER FUNCTION public.first_given(anyarray) OWNER TO shop_owner;
ALTER FUNCTION public.is_email(text) OWNER TO shop_owner;
ALTER FUNCTION public.password_matches(text, text) OWNER TO shop_owner;
ALTER FUNCTION public.shop_now() OWNER TO shop_owner;
ALTER FUNCTION public.tidy_user() OWNER TO shop_owner;
ALTER FUNCTION public.touch() OWNER TO shop_owner;
ALTER PROCEDURE reporting.refresh() OWNER TO shop_report;
ALTER FUNCTION sales."Notes of"(bigint) OWNER TO shop_owner;
ALTER FUNCTION sales.keep_books() OWNER TO shop_owner;
ALTER FUNCTION sales.log_status() OWNER TO shop_owner;
ALTER FUNCTION sales.net(sales.money_value, numeric) OWNER TO shop_owner;
ALTER FUNCTION sales.net(numeric, numeric) OWNER TO shop_owner;
ALTER FUNCTION sales.open_amount(sales.orders) OWNER TO shop_owner;
ALTER FUNCTION sales.orders_of(bigint, timestamptz) OWNER TO shop_owner;
ALTER PROCEDURE sales.pay(bigint, text, bigint) OWNER TO shop_owner;
ALTER FUNCTION sales.sum_orders() OWNER TO shop_owner;

-- ---------------------------------------------------------------------------------------------------------
-- Rights
-- ---------------------------------------------------------------------------------------------------------
GRANT CREATE ON SCHEMA public TO shop_owner;
GRANT USAGE ON SCHEMA extensions TO PUBLIC;
GRANT USAGE ON SCHEMA catalog, inventory, sales, support TO shop_app, shop_report;
GRANT USAGE ON SCHEMA reporting TO shop_app WITH GRANT OPTION;
GRANT ALL ON SCHEMA "Legacy Import" TO shop_report;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA sales, support TO shop_app;
REVOKE DELETE ON sales.payments, sales.refunds FROM shop_app;
GRANT SELECT, INSERT, UPDATE ON public.users, public.user_addresses, public.user_roles TO shop_app;
GRANT ALL ON public.user_sessions TO shop_app;
GRANT SELECT ON public.countries, public.currencies TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA catalog TO shop_app;
GRANT UPDATE ON catalog.product_listing TO shop_app;
GRANT INSERT, UPDATE ON catalog.reviews, catalog.prices TO shop_app;
GRANT SELECT, INSERT, UPDATE, REFERENCES ON inventory.stock_levels TO shop_app;
GRANT INSERT ON inventory.stock_movements TO shop_app;
GRANT SELECT ON ALL TABLES IN SCHEMA catalog, inventory TO shop_report;
GRANT SELECT ON sales.orders, sales.order_items, sales.customer_orders, sales.good_customers TO shop_report WITH GRANT OPTION;
GRANT SELECT (id, username, full_name, country, created_at), REFERENCES (id) ON public.users TO shop_report;
GRANT SELECT (id, subject, priority), UPDATE (priority) ON support.tickets TO shop_report WITH GRANT OPTION;
GRANT SELECT ("ID", "select") ON sales."Order Note" TO shop_report;
GRANT SELECT ON reporting.product_sales, reporting.dashboard TO shop_app;
REVOKE TRUNCATE ON audit.change_log FROM shop_owner;

GRANT USAGE ON SEQUENCE sales.order_number_seq, sales.order_events_id_seq, sales.document_number_seq, support.desk_seq TO shop_app;
GRANT USAGE, SELECT ON SEQUENCE sales.transaction_number_seq TO shop_app WITH GRANT OPTION;
GRANT SELECT ON SEQUENCE sales.document_number_seq TO shop_report;

REVOKE EXECUTE ON FUNCTION public.password_matches(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.password_matches(text, text) TO shop_app;
REVOKE ALL ON FUNCTION audit.record() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalog.search_products(text, integer) TO shop_report WITH GRANT OPTION;
REVOKE ALL ON PROCEDURE reporting.refresh() FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE sales.pay(bigint, text, bigint) TO shop_app;

REVOKE USAGE ON TYPE support.priority FROM PUBLIC;
GRANT USAGE ON TYPE support.priority TO shop_app, shop_report;
GRANT USAGE ON DOMAIN catalog.sku TO shop_report WITH GRANT OPTION;
