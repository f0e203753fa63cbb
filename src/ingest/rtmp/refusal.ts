import { LookoutError } from '../../errors.ts';

/** What is thrown at a connection that oversteps; it ends that connection and nothing else. The reason holds nothing the peer chose but numbers. */
export function refusal(reason: string): LookoutError {
  return new LookoutError('RTMP_REFUSED', reason);
}
