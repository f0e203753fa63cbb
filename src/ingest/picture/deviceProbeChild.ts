import { AV_LOG_QUIET } from 'node-av/constants';
import { HardwareDeviceContext, Log } from 'node-av/lib';

/** Opens the kind of device that is named, in a process of its own, and ends with 0 if the driver did. */

Log.setLevel(AV_LOG_QUIET);
const wanted = process.argv[2];
const type = HardwareDeviceContext.iterateTypes().find((each) => HardwareDeviceContext.getTypeName(each) === wanted);
const device = new HardwareDeviceContext();
// at once: what a driver does when its device is closed is no longer of interest
process.exit(type !== undefined && device.create(type) >= 0 ? 0 : 1);
