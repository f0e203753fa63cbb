/**
 * What the demo sets otherwise than the configuration's defaults, for its live run and for `lookout eval --scenes` alike: its
 * model is small enough to look twice a second. Of a file it is shown about six pairs of frames at a time, since it was trained
 * on windows of three to eight.
 */
export const DEMO_SETTINGS = { window: { hop: 0.5 }, long_video: { window_size: 200, overlap_ratio: 0.5 } };
