;; Products of a matrix with a vector, and convolutions, on 32-bit floats. All pointers are
;; byte addresses in the exported memory; the arrays lie there one after another, as
;; kernels.js puts them, each with room to the next multiple of 16 bytes.
;; Built by `python -m tools.website.kernels`.
(module
  (memory (export "memory") 1)

  (func $sum (param $v v128) (result f32)
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $v)) (f32x4.extract_lane 1 (local.get $v)))
      (f32.add (f32x4.extract_lane 2 (local.get $v)) (f32x4.extract_lane 3 (local.get $v)))))

  (func $least (param $a i32) (param $b i32) (result i32)
    (select (local.get $a) (local.get $b) (i32.lt_u (local.get $a) (local.get $b))))

  ;; y = W x for W of shape (rows, columns), four rows at a time, so that x is loaded once
  ;; for all four. Where fewer are left, the last row is computed again.
  (func (export "dense")
    (param $rows i32) (param $columns i32) (param $w i32) (param $x i32) (param $y i32)
    (local $i i32) (local $left i32) (local $at i32) (local $stride i32) (local $last i32)
    (local $w0 i32) (local $w1 i32) (local $w2 i32) (local $w3 i32) (local $v v128)
    (local $a0 v128) (local $a1 v128) (local $a2 v128) (local $a3 v128)
    (local.set $stride (i32.shl (local.get $columns) (i32.const 2)))
    (local.set $last
      (i32.add (local.get $w)
        (i32.mul (local.get $stride) (i32.sub (local.get $rows) (i32.const 1)))))
    (block $done (loop $group
      (br_if $done (i32.ge_s (local.get $i) (local.get $rows)))
      (local.set $w0 (local.get $w))
      (local.set $w1
        (call $least (i32.add (local.get $w0) (local.get $stride)) (local.get $last)))
      (local.set $w2
        (call $least (i32.add (local.get $w1) (local.get $stride)) (local.get $last)))
      (local.set $w3
        (call $least (i32.add (local.get $w2) (local.get $stride)) (local.get $last)))
      (local.set $w (i32.add (local.get $w3) (local.get $stride)))
      (local.set $a0 (v128.const i32x4 0 0 0 0))
      (local.set $a1 (v128.const i32x4 0 0 0 0))
      (local.set $a2 (v128.const i32x4 0 0 0 0))
      (local.set $a3 (v128.const i32x4 0 0 0 0))
      (local.set $at (local.get $x))
      (local.set $left (local.get $columns))
      (block $few (loop $four
        (br_if $few (i32.lt_s (local.get $left) (i32.const 4)))
        (local.set $v (v128.load (local.get $at)))
        (local.set $a0 (f32x4.add (local.get $a0)
          (f32x4.mul (local.get $v) (v128.load (local.get $w0)))))
        (local.set $a1 (f32x4.add (local.get $a1)
          (f32x4.mul (local.get $v) (v128.load (local.get $w1)))))
        (local.set $a2 (f32x4.add (local.get $a2)
          (f32x4.mul (local.get $v) (v128.load (local.get $w2)))))
        (local.set $a3 (f32x4.add (local.get $a3)
          (f32x4.mul (local.get $v) (v128.load (local.get $w3)))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $w0 (i32.add (local.get $w0) (i32.const 16)))
        (local.set $w1 (i32.add (local.get $w1) (i32.const 16)))
        (local.set $w2 (i32.add (local.get $w2) (i32.const 16)))
        (local.set $w3 (i32.add (local.get $w3) (i32.const 16)))
        (local.set $left (i32.sub (local.get $left) (i32.const 4)))
        (br $four)))
      (block $none (loop $one
        (br_if $none (i32.eqz (local.get $left)))
        (local.set $v (v128.load32_zero (local.get $at)))
        (local.set $a0 (f32x4.add (local.get $a0)
          (f32x4.mul (local.get $v) (v128.load32_zero (local.get $w0)))))
        (local.set $a1 (f32x4.add (local.get $a1)
          (f32x4.mul (local.get $v) (v128.load32_zero (local.get $w1)))))
        (local.set $a2 (f32x4.add (local.get $a2)
          (f32x4.mul (local.get $v) (v128.load32_zero (local.get $w2)))))
        (local.set $a3 (f32x4.add (local.get $a3)
          (f32x4.mul (local.get $v) (v128.load32_zero (local.get $w3)))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (local.set $w0 (i32.add (local.get $w0) (i32.const 4)))
        (local.set $w1 (i32.add (local.get $w1) (i32.const 4)))
        (local.set $w2 (i32.add (local.get $w2) (i32.const 4)))
        (local.set $w3 (i32.add (local.get $w3) (i32.const 4)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $one)))
      ;; rows that do not exist are written into the room behind y
      (f32.store offset=0 (local.get $y) (call $sum (local.get $a0)))
      (f32.store offset=4 (local.get $y) (call $sum (local.get $a1)))
      (f32.store offset=8 (local.get $y) (call $sum (local.get $a2)))
      (f32.store offset=12 (local.get $y) (call $sum (local.get $a3)))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (local.set $i (i32.add (local.get $i) (i32.const 4)))
      (br $group))))

  ;; y = W x for W in compressed sparse rows: row i has the columns and values from
  ;; starts[i] up to starts[i + 1], which only its kept weights take. Two sums take turns:
  ;; a single one would wait for each addition.
  (func (export "csr")
    (param $rows i32) (param $starts i32) (param $columns i32) (param $values i32)
    (param $x i32) (param $y i32)
    (local $at i32) (local $end i32) (local $apart i32) (local $stop i32)
    (local $a f32) (local $b f32)
    (local.set $at (local.get $columns))
    (local.set $apart (i32.sub (local.get $values) (local.get $columns)))
    (local.set $stop (i32.add (local.get $y) (i32.shl (local.get $rows) (i32.const 2))))
    (block $done (loop $row
      (br_if $done (i32.eq (local.get $y) (local.get $stop)))
      (local.set $end (i32.add (local.get $columns)
        (i32.shl (i32.load offset=4 (local.get $starts)) (i32.const 2))))
      (local.set $a (f32.const 0))
      (local.set $b (f32.const 0))
      (block $few (loop $two
        (br_if $few (i32.gt_s (i32.add (local.get $at) (i32.const 8)) (local.get $end)))
        (local.set $a (f32.add (local.get $a) (f32.mul
          (f32.load (i32.add (local.get $at) (local.get $apart)))
          (f32.load (i32.add (local.get $x)
            (i32.shl (i32.load (local.get $at)) (i32.const 2)))))))
        (local.set $b (f32.add (local.get $b) (f32.mul
          (f32.load offset=4 (i32.add (local.get $at) (local.get $apart)))
          (f32.load (i32.add (local.get $x)
            (i32.shl (i32.load offset=4 (local.get $at)) (i32.const 2)))))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $two)))
      (if (i32.ne (local.get $at) (local.get $end)) (then
        (local.set $a (f32.add (local.get $a) (f32.mul
          (f32.load (i32.add (local.get $at) (local.get $apart)))
          (f32.load (i32.add (local.get $x)
            (i32.shl (i32.load (local.get $at)) (i32.const 2)))))))
        (local.set $at (local.get $end))))
      (f32.store (local.get $y) (f32.add (local.get $a) (local.get $b)))
      (local.set $y (i32.add (local.get $y) (i32.const 4)))
      (local.set $starts (i32.add (local.get $starts) (i32.const 4)))
      (br $row))))

  ;; The same for blocks of four rows and one column: block k has one column index and
  ;; four values, and starts and columns are those of the rows of blocks.
  (func (export "blocks")
    (param $groups i32) (param $starts i32) (param $columns i32) (param $values i32)
    (param $x i32) (param $y i32)
    (local $at i32) (local $end i32) (local $stop i32) (local $a v128)
    (local.set $at (local.get $columns))
    (local.set $stop (i32.add (local.get $y) (i32.shl (local.get $groups) (i32.const 4))))
    (block $done (loop $group
      (br_if $done (i32.eq (local.get $y) (local.get $stop)))
      (local.set $end (i32.add (local.get $columns)
        (i32.shl (i32.load offset=4 (local.get $starts)) (i32.const 2))))
      (local.set $a (v128.const i32x4 0 0 0 0))
      (block $all (loop $block
        (br_if $all (i32.eq (local.get $at) (local.get $end)))
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul
          (v128.load (local.get $values))
          (v128.load32_splat (i32.add (local.get $x)
            (i32.shl (i32.load (local.get $at)) (i32.const 2)))))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (local.set $values (i32.add (local.get $values) (i32.const 16)))
        (br $block)))
      (v128.store (local.get $y) (local.get $a))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (local.set $starts (i32.add (local.get $starts) (i32.const 4)))
      (br $group))))

  ;; A convolution of W, shape (filters, n), into y, shape (filters, height, width), two
  ;; filters and eight pixels of a row at a time. Weight k of a filter reads the pixel that
  ;; is offsets[k] floats after the pixel where the filter is; one row of x is `across`
  ;; floats after the row above. width must be a multiple of 8.
  (func (export "conv")
    (param $filters i32) (param $n i32) (param $offsets i32) (param $w i32)
    (param $across i32) (param $height i32) (param $width i32) (param $x i32) (param $y i32)
    (local $f i32) (local $row i32) (local $column i32) (local $at i32) (local $end i32)
    (local $w0 i32) (local $w1 i32) (local $from i32) (local $line i32) (local $pixel i32)
    (local $apart i32) (local $v v128) (local $u v128)
    (local $a0 v128) (local $a1 v128) (local $b0 v128) (local $b1 v128)
    (local.set $end (i32.add (local.get $offsets) (i32.shl (local.get $n) (i32.const 2))))
    (block $done (loop $pair
      (br_if $done (i32.ge_s (local.get $f) (local.get $filters)))
      ;; the last filter of an odd number is paired with itself
      (local.set $apart
        (i32.lt_s (i32.add (local.get $f) (i32.const 1)) (local.get $filters)))
      (local.set $line (local.get $x))
      (local.set $row (local.get $height))
      (loop $rows
        (local.set $column (i32.const 0))
        (loop $columns
          (local.set $from (i32.add (local.get $line) (local.get $column)))
          (local.set $w0 (local.get $w))
          (local.set $w1 (i32.add (local.get $w)
            (i32.mul (local.get $apart) (i32.shl (local.get $n) (i32.const 2)))))
          (local.set $a0 (v128.const i32x4 0 0 0 0))
          (local.set $a1 (v128.const i32x4 0 0 0 0))
          (local.set $b0 (v128.const i32x4 0 0 0 0))
          (local.set $b1 (v128.const i32x4 0 0 0 0))
          (local.set $at (local.get $offsets))
          (loop $weight
            (local.set $pixel (i32.add (local.get $from)
              (i32.shl (i32.load (local.get $at)) (i32.const 2))))
            (local.set $v (v128.load (local.get $pixel)))
            (local.set $u (v128.load offset=16 (local.get $pixel)))
            (local.set $a0 (f32x4.add (local.get $a0)
              (f32x4.mul (local.get $v) (v128.load32_splat (local.get $w0)))))
            (local.set $a1 (f32x4.add (local.get $a1)
              (f32x4.mul (local.get $u) (v128.load32_splat (local.get $w0)))))
            (local.set $b0 (f32x4.add (local.get $b0)
              (f32x4.mul (local.get $v) (v128.load32_splat (local.get $w1)))))
            (local.set $b1 (f32x4.add (local.get $b1)
              (f32x4.mul (local.get $u) (v128.load32_splat (local.get $w1)))))
            (local.set $w0 (i32.add (local.get $w0) (i32.const 4)))
            (local.set $w1 (i32.add (local.get $w1) (i32.const 4)))
            (local.set $at (i32.add (local.get $at) (i32.const 4)))
            (br_if $weight (i32.ne (local.get $at) (local.get $end))))
          (v128.store (local.get $y) (local.get $a0))
          (v128.store offset=16 (local.get $y) (local.get $a1))
          (local.set $pixel (i32.add (local.get $y) (i32.mul (local.get $apart)
            (i32.shl (i32.mul (local.get $height) (local.get $width)) (i32.const 2)))))
          (v128.store (local.get $pixel) (local.get $b0))
          (v128.store offset=16 (local.get $pixel) (local.get $b1))
          (local.set $y (i32.add (local.get $y) (i32.const 32)))
          (local.set $column (i32.add (local.get $column) (i32.const 32)))
          (br_if $columns
            (i32.ne (local.get $column) (i32.shl (local.get $width) (i32.const 2)))))
        (local.set $line
          (i32.add (local.get $line) (i32.shl (local.get $across) (i32.const 2))))
        (local.set $row (i32.sub (local.get $row) (i32.const 1)))
        (br_if $rows (local.get $row)))
      (local.set $y (i32.add (local.get $y) (i32.mul (local.get $apart)
        (i32.shl (i32.mul (local.get $height) (local.get $width)) (i32.const 2)))))
      (local.set $w (i32.add (local.get $w) (i32.shl (local.get $n) (i32.const 3))))
      (local.set $f (i32.add (local.get $f) (i32.const 2)))
      (br $pair))))

  ;; The same for W in compressed sparse rows, in which the column of a weight is replaced
  ;; by the offset of the pixel that it reads: eight pixels of four rows at a time, so that
  ;; a weight and its offset are read once for 32 products. height must be a multiple of 4.
  (func (export "csrConv")
    (param $filters i32) (param $starts i32) (param $offsets i32) (param $values i32)
    (param $across i32) (param $height i32) (param $width i32) (param $x i32) (param $y i32)
    (local $row i32) (local $column i32) (local $at i32) (local $first i32) (local $end i32)
    (local $line i32) (local $pixel i32) (local $apart i32) (local $from i32) (local $v v128)
    (local $a0 v128) (local $a1 v128) (local $a2 v128) (local $a3 v128)
    (local $b0 v128) (local $b1 v128) (local $b2 v128) (local $b3 v128)
    (local.set $across (i32.shl (local.get $across) (i32.const 2)))
    (local.set $width (i32.shl (local.get $width) (i32.const 2)))
    (local.set $apart (i32.sub (local.get $values) (local.get $offsets)))
    (block $done (loop $filter
      (br_if $done (i32.eqz (local.get $filters)))
      (local.set $first (i32.add (local.get $offsets)
        (i32.shl (i32.load (local.get $starts)) (i32.const 2))))
      (local.set $end (i32.add (local.get $offsets)
        (i32.shl (i32.load offset=4 (local.get $starts)) (i32.const 2))))
      (local.set $line (local.get $x))
      (local.set $row (local.get $height))
      (loop $rows
        (local.set $column (i32.const 0))
        (loop $columns
          (local.set $from (i32.add (local.get $line) (local.get $column)))
          (local.set $a0 (v128.const i32x4 0 0 0 0))
          (local.set $b0 (v128.const i32x4 0 0 0 0))
          (local.set $a1 (v128.const i32x4 0 0 0 0))
          (local.set $b1 (v128.const i32x4 0 0 0 0))
          (local.set $a2 (v128.const i32x4 0 0 0 0))
          (local.set $b2 (v128.const i32x4 0 0 0 0))
          (local.set $a3 (v128.const i32x4 0 0 0 0))
          (local.set $b3 (v128.const i32x4 0 0 0 0))
          (local.set $at (local.get $first))
          (block $all (loop $weight
            (br_if $all (i32.eq (local.get $at) (local.get $end)))
            (local.set $pixel (i32.add (local.get $from)
              (i32.shl (i32.load (local.get $at)) (i32.const 2))))
            (local.set $v (v128.load32_splat (i32.add (local.get $at) (local.get $apart))))
            (local.set $a0 (f32x4.add (local.get $a0)
              (f32x4.mul (local.get $v) (v128.load (local.get $pixel)))))
            (local.set $b0 (f32x4.add (local.get $b0)
              (f32x4.mul (local.get $v) (v128.load offset=16 (local.get $pixel)))))
            (local.set $pixel (i32.add (local.get $pixel) (local.get $across)))
            (local.set $a1 (f32x4.add (local.get $a1)
              (f32x4.mul (local.get $v) (v128.load (local.get $pixel)))))
            (local.set $b1 (f32x4.add (local.get $b1)
              (f32x4.mul (local.get $v) (v128.load offset=16 (local.get $pixel)))))
            (local.set $pixel (i32.add (local.get $pixel) (local.get $across)))
            (local.set $a2 (f32x4.add (local.get $a2)
              (f32x4.mul (local.get $v) (v128.load (local.get $pixel)))))
            (local.set $b2 (f32x4.add (local.get $b2)
              (f32x4.mul (local.get $v) (v128.load offset=16 (local.get $pixel)))))
            (local.set $pixel (i32.add (local.get $pixel) (local.get $across)))
            (local.set $a3 (f32x4.add (local.get $a3)
              (f32x4.mul (local.get $v) (v128.load (local.get $pixel)))))
            (local.set $b3 (f32x4.add (local.get $b3)
              (f32x4.mul (local.get $v) (v128.load offset=16 (local.get $pixel)))))
            (local.set $at (i32.add (local.get $at) (i32.const 4)))
            (br $weight)))
          (local.set $pixel (i32.add (local.get $y) (local.get $column)))
          (v128.store (local.get $pixel) (local.get $a0))
          (v128.store offset=16 (local.get $pixel) (local.get $b0))
          (local.set $pixel (i32.add (local.get $pixel) (local.get $width)))
          (v128.store (local.get $pixel) (local.get $a1))
          (v128.store offset=16 (local.get $pixel) (local.get $b1))
          (local.set $pixel (i32.add (local.get $pixel) (local.get $width)))
          (v128.store (local.get $pixel) (local.get $a2))
          (v128.store offset=16 (local.get $pixel) (local.get $b2))
          (local.set $pixel (i32.add (local.get $pixel) (local.get $width)))
          (v128.store (local.get $pixel) (local.get $a3))
          (v128.store offset=16 (local.get $pixel) (local.get $b3))
          (local.set $column (i32.add (local.get $column) (i32.const 32)))
          (br_if $columns (i32.ne (local.get $column) (local.get $width))))
        (local.set $line
          (i32.add (local.get $line) (i32.shl (local.get $across) (i32.const 2))))
        (local.set $y (i32.add (local.get $y) (i32.shl (local.get $width) (i32.const 2))))
        (local.set $row (i32.sub (local.get $row) (i32.const 4)))
        (br_if $rows (local.get $row)))
      (local.set $starts (i32.add (local.get $starts) (i32.const 4)))
      (local.set $filters (i32.sub (local.get $filters) (i32.const 1)))
      (br $filter))))

  ;; 2 × 2 maxima of y, shape (filters, height, width), with the filter's bias and ReLU
  ;; afterwards, which is the same as before; into z, (filters, height / 2, width / 2).
  ;; width must be a multiple of 8.
  (func (export "pool")
    (param $filters i32) (param $height i32) (param $width i32) (param $bias i32)
    (param $y i32) (param $z i32)
    (local $row i32) (local $column i32) (local $below i32) (local $v v128) (local $u v128)
    (local.set $width (i32.shl (local.get $width) (i32.const 2)))
    (block $done (loop $filter
      (br_if $done (i32.eqz (local.get $filters)))
      (local.set $row (local.get $height))
      (loop $rows
        (local.set $column (local.get $width))
        (loop $columns
          (local.set $below (i32.add (local.get $y) (local.get $width)))
          (local.set $v
            (f32x4.max (v128.load (local.get $y)) (v128.load (local.get $below))))
          (local.set $u (f32x4.max
            (v128.load offset=16 (local.get $y)) (v128.load offset=16 (local.get $below))))
          (v128.store (local.get $z)
            (f32x4.max (v128.const i32x4 0 0 0 0) (f32x4.add
              (v128.load32_splat (local.get $bias))
              (f32x4.max
                (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27
                  (local.get $v) (local.get $u))
                (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31
                  (local.get $v) (local.get $u))))))
          (local.set $z (i32.add (local.get $z) (i32.const 16)))
          (local.set $y (i32.add (local.get $y) (i32.const 32)))
          (local.set $column (i32.sub (local.get $column) (i32.const 32)))
          (br_if $columns (local.get $column)))
        (local.set $y (i32.add (local.get $y) (local.get $width)))
        (local.set $row (i32.sub (local.get $row) (i32.const 2)))
        (br_if $rows (local.get $row)))
      (local.set $bias (i32.add (local.get $bias) (i32.const 4)))
      (local.set $filters (i32.sub (local.get $filters) (i32.const 1)))
      (br $filter))))

  ;; y = max(least, y + b) for n floats: ReLU for 0, none for minus infinity.
  (func (export "activate") (param $n i32) (param $b i32) (param $least f32) (param $y i32)
    (local $stop i32) (local $floor v128)
    (local.set $floor (f32x4.splat (local.get $least)))
    (local.set $stop (i32.add (local.get $y) (i32.shl (local.get $n) (i32.const 2))))
    (block $done (loop $four
      (br_if $done (i32.ge_u (local.get $y) (local.get $stop)))
      (v128.store (local.get $y) (f32x4.max (local.get $floor)
        (f32x4.add (v128.load (local.get $y)) (v128.load (local.get $b)))))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br $four)))))
