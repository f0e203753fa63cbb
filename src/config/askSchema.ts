import { z } from 'zod';

const count = z.int().positive();

/** Section `ask`: questions about videos and the past, and what may be uploaded for them. */
export const ask = z.strictObject({
  uploads_dir: z.string().min(1).default('uploads').describe('folder of videos that people upload to ask about'),
  upload_mb: count.default(2000).describe('the greatest video that may be uploaded, or fetched from an address, MB'),
  uploads_mb: count.default(10_000).describe('MB that all of them together may take'),
  upload_hours: z.number().positive().max(8760).default(24).describe('hours that an upload is kept'),
  questions: count.max(64).default(2).describe('questions that are answered at a time'),
  waiting: z.int().min(0).max(1000).default(8).describe('questions that may wait for that; further ones are refused'),
});
