# Makes random virtual datasets with h5py, reads random slices of them with libhdf5, and prints both as JSON, a line a dataset.
#
#   differential.py FOLDER SEED FIRST COUNT
#
# Dataset number n of a seed is the same whatever FIRST is. What each element should be is computed besides by a model of the rules: an
# element by element evaluation of the mappings with NumPy, in which the only thing that libhdf5 does is to read plain sources and to convert types. Where
# the two differ, one of RULES (docs/differences.md) must say why: then the model's value is what is expected, else the line has "unexplained".
import base64, json, os, pickle, resource, sys
import numpy as np, h5py
from h5py._hl import selections

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from differential_cases import Case
from differential_model import Model
from differential_selections import *

SLICES = 16  # of each dataset
SENTINEL = 0xA7  # what the memory of a read holds before it
MEMORY = ['i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f4', 'f8']


def random_slice(case, shape):
    """A selection as h5py takes it, and as text."""
    rank = len(shape)
    if case.chance(.15):
        return (), ''
    args, words, listed = [], [], False
    for n in shape:
        roll = case.upto(0, 7)
        if roll == 0 and n:
            args.append(case.upto(-n, n - 1))
            words.append(str(args[-1]))
        elif roll == 1:
            args.append(slice(None))
            words.append(':')
        elif roll == 2 and n and not listed:
            listed = True
            some = sorted(int(x) for x in case.rng.permutation(n)[:case.upto(1, min(n, 6))])
            args.append(some)
            words.append('[%s]' % ', '.join(map(str, some)))
        elif roll == 3 and n and not listed and rank == 1:
            mask = case.rng.random(n) < .5
            mask[case.upto(0, n - 1)] = True
            listed = True
            args.append([int(x) for x in np.flatnonzero(mask)])  # libhdf5 takes no points of a virtual dataset
            words.append('mask ' + ''.join('01'[int(b)] for b in mask))
        else:
            a, b = sorted((case.upto(0, n), case.upto(0, n)))
            step = case.upto(1, 4) if case.chance(.5) else None
            if n and case.chance(.2):
                a -= n + 1
            args.append(slice(a if a != 0 or case.chance(.5) else None, b if b != n or case.chance(.5) else None, step))
            s = args[-1]
            words.append(':'.join('' if x is None else str(x) for x in ((s.start, s.stop, s.step) if step else (s.start, s.stop))))
    if rank and case.chance(.2):
        keep = case.upto(0, rank - 1)
        if all(w == ':' for w in words[keep:keep + 1]) or case.chance(.3):
            args[keep], words[keep] = Ellipsis, '...'
    return tuple(args), '; '.join(words)


def outer(a, args):
    """Each axis selected by itself, as h5py does: NumPy puts the axes of indices and lists together."""
    if any(x is Ellipsis for x in args):
        at = [x is Ellipsis for x in args].index(True)
        args = args[:at] + (slice(None),) * (a.ndim - len(args) + 1) + args[at + 1:]
    axis = 0
    for x in args:
        a = a[(slice(None),) * axis + (x,)]
        axis += not isinstance(x, int)
    return a


def library_read(d, shape, args, dtype):
    """What libhdf5 reads into memory full of SENTINEL, or its error."""
    dtype = np.dtype(dtype)
    if len(shape) == 0:
        a = np.full(dtype.itemsize, SENTINEL, 'u1')
        a = a.view(dtype).reshape(())
        d.read(h5py.h5s.ALL, h5py.h5s.ALL, a, memory_type(dtype))
        return a
    chosen = selections.select(shape, args, None)
    out = chosen.array_shape
    n = int(np.prod(chosen.mshape, dtype=int))
    a = np.full(n * dtype.itemsize, SENTINEL, 'u1').view(dtype).reshape(chosen.mshape)
    if n:
        d.read(h5py.h5s.create_simple(chosen.mshape), chosen.id, a, memory_type(dtype))
    return a.reshape(out)


def library_reads(case, d, shape, wanted):
    """What libhdf5 reads, or its error, for each of wanted."""
    if case.view == 0 and any(m.get('grows', m.get('axis')) != m.get('axis') for m in case.maps):
        return [(None, 'not asked: it takes all memory')] * len(wanted)
    answers = apart(lambda: [answer(d, shape, *w) for w in wanted])
    if answers is None:
        answers = [apart(lambda: answer(d, shape, *w)) or (None, 'no answer') for w in wanted]
    return answers


def answer(d, shape, args, dtype):
    try:
        a = library_read(d, shape, args, dtype)
        return (a.tobytes(), a.shape), None  # pickling an array may swap its bytes
    except Exception as e:
        return None, str(e)


PATIENCE = 4  # seconds of processor time


def apart(work):
    """What work returns in a process of its own, None where that dies of it or does not end."""
    pipe, end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(pipe)
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        used = int(sum(os.times()[:2]))
        resource.setrlimit(resource.RLIMIT_CPU, (used + PATIENCE, used + PATIENCE))
        with os.fdopen(end, 'wb') as f:
            pickle.dump(work(), f)
        os._exit(0)
    os.close(end)
    with os.fdopen(pipe, 'rb') as f:
        result = f.read()
    os.waitpid(child, 0)
    try:
        return pickle.loads(result)
    except (EOFError, pickle.UnpicklingError):
        return None


def touches_whole_block(model, selected):
    """Whether selected elements are those of a first block that libhdf5 takes for whole."""
    for part, _ in model.per_part:
        if 'whole_block' in part:
            cells = numbers(ended(part['virtual'], part['axis'], part['whole_block']).coordinates(model.shape), model.shape)
            if selected[cells[cells >= 0]].any():
                return True
    return False


def explain(case, model, want, theirs, error, cells):
    """The rule of docs/differences.md by which libhdf5's answer may differ from the model's; None: there is none."""
    selected = np.zeros(len(model.mapping), bool)
    selected[cells] = True
    beyond = model.short[cells].any()
    if error is not None:
        if beyond:
            return 'short source'
        unions = [part for part, c in model.per_part if 'irregular' in (part['virtual'].kind, part['source'].kind) and selected[c].any()]
        if error == 'no answer' and unions:
            return 'no answer'
        if error == 'another extent' or touches_whole_block(model, selected):
            return 'part of a first block'
        if error.startswith('not asked'):
            return 'first missing along another axis'
        if case.below_floor:
            return 'first missing below a fixed mapping'
        return None
    bytes_ = lambda a: np.frombuffer(a.tobytes(), 'u1').reshape(len(cells), -1)
    ours, lib = bytes_(want), bytes_(theirs)
    differs = (ours != lib)
    rows = differs.any(axis=1)
    rules = set()
    total = sum(int(selected[c].sum()) for part, c in model.per_part if part['found'] is not None)
    for row in np.flatnonzero(rows):
        cell = cells[row]
        touching = [part for part, c in model.per_part if 'axis' in part and cell in c]
        if any(len(part.get('beyond', ())) and cell in c for part, c in model.per_part):
            rules.add('short source')
        elif touches_whole_block(model, np.arange(len(selected)) == cell):
            rules.add('part of a first block')
        elif case.below_floor and (not model.given[cell] or touching):
            rules.add('first missing below a fixed mapping')
        elif not model.given[cell] and total >= len(cells) and (lib[row] == SENTINEL).all():
            rules.add('overlap hides gap')
        elif (~differs[row] | model.partial[cell]).all() and np.isin(lib[row][differs[row]], (SENTINEL, 0)).all():
            rules.add('member that the source lacks')
        else:
            return None
    return ', '.join(sorted(rules))


def run(case):
    made = case.growing() if case.chance(.3) else case.fixed()
    if not made:
        return None
    out = dict(number=case.number, file='v.h5', type=case.dtype.str if case.dtype.names is None else 'compound', view=case.view, gap=case.gap, shape=list(case.expected_shape), mappings=len(case.maps), reads=[])
    f = h5py.File(case.at('v.h5'), 'r')
    dapl = h5py.h5p.create(h5py.h5p.DATASET_ACCESS)
    dapl.set_virtual_view(case.view)
    dapl.set_virtual_printf_gap(case.gap)
    d = h5py.h5d.open(f.id, b'v', dapl)
    shape = d.get_space().get_simple_extent_dims() if len(case.shape_) else ()
    otherwise = tuple(shape) != case.expected_shape and tuple(shape) == case.library_shape
    if otherwise:
        shape = case.expected_shape
    elif tuple(shape) != case.expected_shape:
        out['unexplained'] = 'shape %s, the model has %s: %s' % (shape, case.expected_shape, describe(case))
        return out
    numeric = case.dtype.kind in 'iuf' and not h5py.check_enum_dtype(case.dtype)
    models, slices, plans = {}, SLICES, []
    for i in range(slices):
        memory = '' if not numeric or case.chance(.4) else case.pick(*MEMORY)
        dtype = np.dtype(memory) if memory else case.dtype
        if memory not in models:
            models[memory] = Model(case, dtype)
        plans.append((memory, dtype) + (random_slice(case, shape) if i else ((), '')))
    wanted = [(args, dtype) for _, dtype, args, _ in plans]
    answers = [(None, 'another extent')] * slices if otherwise else library_reads(case, d, shape, wanted)
    for (memory, dtype, args, text), (theirs, error) in zip(plans, answers):
        if theirs is not None:
            theirs = np.frombuffer(theirs[0], dtype).reshape(theirs[1])
        model = models[memory]
        whole = np.arange(int(np.prod(shape, dtype=int))).reshape(shape)
        cells = outer(whole, args)
        cells, want_shape = np.atleast_1d(cells).ravel(), list(np.shape(cells))
        want = model.values[cells].reshape(want_shape)
        read = dict(slices=text, memory=memory, shape=want_shape, values=base64.b64encode(want.tobytes()).decode())
        if error is not None or theirs.tobytes() != want.tobytes():
            rule = explain(case, model, want, theirs, error, cells)
            if rule is None:
                read['unexplained'] = '%s\n libhdf5 %s\n model   %s\n mapping %s\n%s' % (error, None if theirs is None else theirs.ravel().tolist(), want.ravel().tolist(), model.mapping[cells].tolist(), describe(case))
            read['rule'] = rule
        selected = np.zeros(len(model.mapping), bool)
        selected[cells] = True
        filled = {}
        for part, c in model.per_part:
            n = int(selected[c].sum()) if part['found'] is None else int(selected[part.get('beyond', [])].sum())
            if n:
                filled[part['number']] = filled.get(part['number'], 0) + n
        read['filled'] = {str(k): v for k, v in sorted(filled.items())}
        read['gap'] = {str(part['number']): True for part, c in model.per_part if part['found'] is None and 'series' in part}
        if len(cells):
            cell = int(cells[case.upto(0, len(cells) - 1)])
            read['index'] = [int(x) for x in np.unravel_index(cell, shape)] if len(shape) else []
            read['mapping'] = int(model.mapping[cell])
            if model.source[cell] and model.source[cell][0] == read['mapping']:
                read['source'] = model.source[cell][1:]
        out['reads'].append(read)
    model = models[next(iter(models))]
    if len(shape) and model.values.size:
        # Single elements in any order, some twice, which libhdf5 does not read of virtual datasets.
        some = case.rng.integers(0, model.values.size, case.upto(1, 12))
        memory = next(iter(models))
        out['points'] = dict(memory=memory, points=[[int(x) for x in np.unravel_index(c, shape)] for c in some], values=base64.b64encode(model.values[some].tobytes()).decode())
        union = [[case.dim(n) for n in shape] for _ in range(case.upto(1, 4))]
        cells = numbers(Selection('irregular', boxes=union).coordinates(shape), shape)
        out['union'] = dict(memory=memory, boxes=union, values=base64.b64encode(model.values[cells].tobytes()).decode())
    out['mapped'] = int((model.mapping >= 0).sum())
    out['given'] = [[part['number'], len(c)] for part, c in model.per_part]
    return out


def describe(case):
    lines = ['shape %s type %s view %s gap %s fill %s' % (case.shape_, case.dtype, case.view, case.gap, case.fill)]
    for m in case.maps[:20]:
        lines.append(' '.join('%s=%s' % (k, (v.kind, v.dims, v.boxes) if isinstance(v, Selection) else v) for k, v in m.items()))
    return '\n'.join(lines)


def main():
    folder, seed, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    for number in range(first, first + count):
        here = os.path.join(folder, 'c%d' % number)
        os.makedirs(here)
        print(json.dumps(dict(start=number)), flush=True)
        out = run(Case(here, seed, number))
        print(json.dumps(out or dict(number=number, reads=[])), flush=True)


main()
