/**
 * What the demo sets otherwise than the configuration's defaults, for its live run and for `lookout eval --scenes` alike: its
 * model is small enough to look twice a second.
 */
export const DEMO_SETTINGS = { window: { hop: 0.5 } };
