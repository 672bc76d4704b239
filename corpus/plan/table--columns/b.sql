CREATE TABLE public.t (id integer PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x', extra date, created timestamptz DEFAULT now() NOT NULL);
COMMENT ON COLUMN public.t.extra IS 'more';GRANT SELECT (extra) ON public.t TO PUBLIC;
