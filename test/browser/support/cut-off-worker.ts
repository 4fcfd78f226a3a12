/** Says what a worker that reads hostile files still has of these names, by itself and in its prototypes. */
import { answerPage } from '../../../src/island/preview/pdf/cut-off.ts';

self.onmessage = ({ data }: MessageEvent<readonly string[]>) => {
  const left = data.filter((name) => {
    for (let holder: object | null = self; holder !== null; holder = Object.getPrototypeOf(holder))
      if (Object.getOwnPropertyDescriptor(holder, name)?.get) return true;
    if (name in self.navigator) return true;
    // Nor may it be given another value.
    return (
      name in self &&
      (Reflect.get(self, name) !== undefined || Reflect.defineProperty(self, name, { value: 1 }))
    );
  });
  answerPage(left);
};
